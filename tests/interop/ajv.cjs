// Ajv in strict mode: which of the three schemas takes each body?
//
//     NODE_PATH=…/node_modules node ajv.cjs SCHEMAS < paths
//
// One path a line in, one verdict a line out: the schemas that take it, "none", or "unparsed".

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const Ajv2020 = require("ajv/dist/2020").default;
const addFormats = require("ajv-formats").default;

const KINDS = ["overview", "errors", "answer"];
const schemas = KINDS.map((kind) =>
  JSON.parse(readFileSync(join(process.argv[2], "json", `${kind}.schema.json`), "utf8")),
);
const ajv = addFormats(new Ajv2020({ strict: true }));
ajv.addSchema(schemas);
const takes = schemas.map((schema) => ajv.getSchema(schema.$id));

function verdict(path) {
  let document;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    document = JSON.parse(decoder.decode(readFileSync(path)));
  } catch (error) {
    return `unparsed: ${error.message.split("\n")[0]}`;
  }
  return KINDS.filter((_, at) => takes[at](document)).join(" ") || "none";
}

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(verdict(path));
}
