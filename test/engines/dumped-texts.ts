// What tools write around their databases, cut down to what matters: each text as pg_dump 17.12, mysqldump 9.7 and mariadb-dump 11.8
// print it.

const key = "QnB21IFyud7Jao"
const settings = "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n"

/** One table of rows, with what looks like the dump's own frame in them. */
export const tableOf = (owner: string) => `
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: item; Type: TABLE; Schema: public; Owner: ${owner}
--

CREATE TABLE public.item (
    id integer NOT NULL,
    note text
);


ALTER TABLE public.item OWNER TO ${owner};

--
-- Data for Name: item; Type: TABLE DATA; Schema: public; Owner: ${owner}
--

COPY public.item (id, note) FROM stdin;
1	a\\n\\\\connect shop
2	\\N
\\.


--
-- Name: TABLE item; Type: ACL; Schema: public; Owner: ${owner}
--

GRANT SELECT ON TABLE public.item TO reader,"Odd ""one";


`
const begin = `--\n-- PostgreSQL database dump\n--\n\n\\restrict ${key}\n\n-- Dumped from database version 17.12\n-- Dumped by pg_dump version 17.12\n\n${settings}`
const end = `--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict ${key}\n\n`

export const plain = `${begin}${tableOf("app")}${end}`

/** `name`: as psql's \connect has it. */
export const created = (name: string, connect: string, body: string) => `${begin}
--
-- Name: ${name}; Type: DATABASE; Schema: -; Owner: app
--

CREATE DATABASE ${name} WITH TEMPLATE = template0 ENCODING = 'UTF8';


ALTER DATABASE ${name} OWNER TO app;

\\unrestrict ${key}
\\connect ${connect}
\\restrict ${key}

${settings}
COMMENT ON DATABASE ${name} IS 'its';


ALTER DATABASE ${name} SET work_mem TO '8MB';


\\unrestrict ${key}
\\connect ${connect}
\\restrict ${key}

${settings}${body}${end}`

export const cluster = (...databases: readonly string[]) => `--
-- PostgreSQL database cluster dump
--

\\restrict ${key}

SET default_transaction_read_only = off;

${settings}
CREATE ROLE app;
ALTER ROLE app WITH LOGIN PASSWORD 'x';

\\unrestrict ${key}

\\connect template1

${begin}${end}
${databases.join("\n")}
--
-- PostgreSQL database cluster dump complete
--

`

const mysqlBegin = `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	9.7.4

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'f9303a11-e827-11f1-b6e4-0242ac110009:1-17';
`
const mysqlEnd = `SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-24 16:57:01
`
export const mysqlTable = `
--
-- Table structure for table \`item\`
--

DROP TABLE IF EXISTS \`item\`;
CREATE TABLE \`item\` (
  \`id\` int NOT NULL
);

--
-- Dumping data for table \`item\`
--

INSERT INTO \`item\` VALUES (1,'x;\\nuse other;\\n-- Current Database: \`o\`');

DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`app\`@\`%\`*/ /*!50003 TRIGGER \`tr\` BEFORE INSERT ON \`item\` FOR EACH ROW set new.id=1 */;;
DELIMITER ;
`
export const mysqlDatabase = (name: string, body: string) => `
--
-- Current Database: \`${name}\`
--

/*!40000 DROP DATABASE IF EXISTS \`${name}\`*/;

CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`${name}\` /*!40100 DEFAULT CHARACTER SET latin1 COLLATE latin1_bin */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE \`${name}\`;
${body}`
export const mysqlDump = (...bodies: readonly string[]) => `${mysqlBegin}${bodies.join("")}${mysqlEnd}`
