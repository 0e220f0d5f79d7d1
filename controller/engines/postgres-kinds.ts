// What pg_dump calls an object, in an archive's entries and in a text's headings, and what it is counted as. Large objects are
// counted where they stand.
import { rowSections } from "../core/part.ts"

export const postgresKinds: Readonly<Record<string, string>> = {
  SCHEMA: "schemas",
  TABLE: "tables",
  "FOREIGN TABLE": "foreign tables",
  VIEW: "views",
  "MATERIALIZED VIEW": "materialized views",
  SEQUENCE: "sequences",
  FUNCTION: "functions",
  PROCEDURE: "procedures",
  AGGREGATE: "aggregates",
  TRIGGER: "triggers",
  "TABLE DATA": rowSections,
}
