import { expect, test } from "bun:test"
import { needsOfText } from "../../controller/engines/text-needs.ts"

const postgres = (named: string) => needsOfText("postgres", named)

test.each([
  ["ALTER TABLE public.item OWNER TO app;", ["app"]],
  ['ALTER FUNCTION public.f(integer) OWNER TO "Odd ""one";', ['Odd "one']],
  ["GRANT SELECT,INSERT ON TABLE public.item TO Reader;", ["reader"]],
  ["GRANT ALL ON SCHEMA public TO PUBLIC;", []],
  ["GRANT ALL ON TABLE x TO a WITH GRANT OPTION;", ["a"]],
  ["ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public REVOKE ALL ON TABLES FROM app;", ["app"]],
  ["CREATE SCHEMA s AUTHORIZATION boss;", ["boss"]],
  ["COPY public.item (id) FROM stdin;", []],
  ["INSERT INTO t VALUES ('ALTER TABLE x OWNER TO y');", []],
] as const)("%s needs the roles %p", (named, roles) => {
  expect(postgres(named).roles).toEqual([...roles])
})

test("extensions and definers are needed", () => {
  expect(postgres('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;').extensions).toEqual([
    "uuid-ossp",
  ])
  const definer = "50003 CREATE*/ 50017 DEFINER=`ap``p`@`%`*/ 50003 TRIGGER `t` BEFORE INSERT ON `x`"
  expect(needsOfText("mysql", definer)).toMatchObject({ roles: ["ap`p@%"], makes: "triggers" })
})

test.each([
  ["create table a (b int)", "tables"],
  ["CREATE UNLOGGED TABLE a (b int)", "tables"],
  ["create or replace view v as select 1", "views"],
  ["CREATE MATERIALIZED VIEW v AS SELECT 1", "materialized views"],
  ["CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`%` SQL SECURITY DEFINER VIEW `v` AS select 1", "views"],
  ["create temporary table a (b int)", null],
  ["create index i on a (b)", null],
  ["drop table a", null],
] as const)("%s makes %p", (named, makes) => {
  expect(needsOfText("mysql", named).makes).toBe(makes)
})
