// Lowers a document for this generator, which reads OpenAPI 3.0 alone: lower.mjs FROM TO. openapi-down-convert does the rest.
import { readFileSync, writeFileSync } from "node:fs";

function lower(node) {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(lower);
  if (node.anyOf?.[1]?.type === "null") return { description: node.description, allOf: [node.anyOf[0]], nullable: true };
  const lowered = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, lower(value)]));
  delete lowered.properties?.["category_ids[]"]; // the generated client can't repeat a form's field, and would send an empty one
  return lowered;
}

const [from, to] = process.argv.slice(2);
writeFileSync(to, JSON.stringify(lower(JSON.parse(readFileSync(from)))));
