import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamWriter;

/** The call on the JDK's own server. Prints its port once it listens; ends with its standard input. */
public class Overview {
    private static final AtomicLong SENT = new AtomicLong(9_007_199_254_740_990L);
    private static final Map<String, String> PACKAGES = Map.of("1001", "Silver", "1002", "Gold™");

    public static void main(String[] words) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(here, 0), 100);
        server.createContext("/mail/apiv2/", Overview::answer);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println(server.getAddress().getPort());
        while (System.in.read() >= 0) { }
        System.exit(0);
    }

    private static void answer(HttpExchange call) throws IOException {
        Map<String, String> given = new HashMap<>();
        String query = call.getRequestURI().getRawQuery();
        for (String part : (query == null ? "" : query).split("&")) {
            int at = part.indexOf('=');
            String name = at < 0 ? part : part.substring(0, at);
            String value = at < 0 ? "" : part.substring(at + 1);
            given.putIfAbsent(decode(name), decode(value));
        }
        List<String> errors = check(given);
        boolean xml = call.getRequestURI().getPath().endsWith(".xml");
        Map<String, Object> told = errors.isEmpty() ? overview(given.get("user")) : Map.of();
        byte[] body = (xml ? xml(told, errors) : json(told, errors)).getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().set("Content-Type", xml ? "application/xml" : "application/json;charset=UTF-8");
        boolean head = call.getRequestMethod().equals("HEAD");
        call.sendResponseHeaders(errors.isEmpty() ? 200 : 400, head ? -1 : 0);
        if (!head) call.getResponseBody().write(body);
        call.close();
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static List<String> check(Map<String, String> given) {
        List<String> errors = new ArrayList<>();
        if (!"Müller GmbH".equalsIgnoreCase(given.get("api_user"))) errors.add("Benutzer");
        if (!"Straße%20+/=".equals(given.get("api_key"))) errors.add("Kennwort");
        if (!"overview".equals(given.get("task"))) errors.add("Aufgabe");
        if (!PACKAGES.containsKey(String.valueOf(given.get("user")))) errors.add("Kunde");
        return errors;
    }

    private static Map<String, Object> overview(String user) {
        long sent = SENT.addAndGet(3);
        LocalDate start = LocalDate.of(2015, 1, 31);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("billing_start_date", start);
        told.put("billing_end_date", start.plusMonths(1));
        told.put("billing_process_date", start.plusMonths(1).plusDays(1));
        told.put("package", PACKAGES.get(user));
        told.put("reputation", 95L);
        told.put("requests", sent);
        told.put("credits_allowed", Long.MAX_VALUE);
        told.put("credits_used", sent);
        told.put("credits_remain", Long.MAX_VALUE - sent);
        told.put("credits_overage", 0L);
        return told;
    }

    private static String json(Map<String, Object> told, List<String> errors) {
        if (!errors.isEmpty()) {
            return "{\"message\":\"error\",\"errors\":[\"" + String.join("\",\"", errors) + "\"]}";
        }
        List<String> members = new ArrayList<>();
        told.forEach((name, value) -> members.add(
            "\"" + name + "\" : " + (value instanceof Long ? value : "\"" + value + "\"")));
        return "{ " + String.join(" , ", members) + " }";
    }

    private static String xml(Map<String, Object> told, List<String> errors) throws IOException {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter writer = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            writer.writeStartDocument("UTF-8", "1.0");
            writer.writeStartElement("result");
            if (!errors.isEmpty()) element(writer, "message", "error");
            writer.writeStartElement(errors.isEmpty() ? "overview" : "errors");
            for (String error : errors) element(writer, "error", error);
            for (Map.Entry<String, Object> field : told.entrySet()) {
                element(writer, field.getKey(), field.getValue().toString());
            }
            writer.writeEndDocument();
        } catch (javax.xml.stream.XMLStreamException problem) {
            throw new IOException(problem);
        }
        return text.toString();
    }

    private static void element(XMLStreamWriter writer, String name, String text)
            throws javax.xml.stream.XMLStreamException {
        writer.writeStartElement(name);
        writer.writeCharacters(text);
        writer.writeEndElement();
    }
}
