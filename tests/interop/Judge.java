import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * The JDK's own validator, Xerces: which of the three schemas takes each body?
 *
 * <pre>java Judge.java SCHEMAS &lt; paths</pre>
 *
 * One path a line in, one verdict a line out: the schemas that take it, "none", or "unparsed".
 */
public final class Judge {
    private static final String[] KINDS = {"overview", "errors", "answer"};

    /** Notes what is invalid, and reads on; what is not well-formed ends the reading. */
    private static final class Notes implements ErrorHandler {
        boolean valid = true;

        @Override
        public void warning(SAXParseException warning) {}

        @Override
        public void error(SAXParseException error) {
            valid = false;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }

    public static void main(String[] arguments) throws IOException, SAXException {
        SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        Map<String, Schema> schemas = new LinkedHashMap<>();
        for (String kind : KINDS) {
            schemas.put(kind, factory.newSchema(new File(arguments[0], "xml/" + kind + ".xsd")));
        }
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in));
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            System.out.println(verdict(schemas, new File(path)));
        }
    }

    private static String verdict(Map<String, Schema> schemas, File body) {
        StringJoiner takes = new StringJoiner(" ").setEmptyValue("none");
        for (Map.Entry<String, Schema> schema : schemas.entrySet()) {
            try {
                if (takes(schema.getValue(), body)) {
                    takes.add(schema.getKey());
                }
            } catch (SAXException | IOException error) {  // broken XML, or bytes that do not decode
                return "unparsed: " + error.getMessage().lines().findFirst().orElse("");
            }
        }
        return takes.toString();
    }

    private static boolean takes(Schema schema, File body) throws IOException, SAXException {
        Validator validator = schema.newValidator();
        validator.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        validator.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        Notes notes = new Notes();
        validator.setErrorHandler(notes);
        validator.validate(new StreamSource(body));
        return notes.valid;
    }
}
