-- Invoices, and a user that may only read them.
SET NAMES utf8mb4;
SET SESSION cte_max_recursion_depth = 100000;
CREATE DATABASE billing;
USE billing;

CREATE TABLE invoices (
  number VARCHAR(20) NOT NULL PRIMARY KEY,
  customer VARCHAR(100) NOT NULL,
  issued DATE NOT NULL,
  paid_at TIMESTAMP NULL,
  pdf MEDIUMBLOB
);

CREATE TABLE invoice_lines (
  invoice VARCHAR(20) NOT NULL,
  line SMALLINT UNSIGNED NOT NULL,
  text VARCHAR(300) NOT NULL,
  quantity DECIMAL(12, 4) NOT NULL,
  price DECIMAL(12, 2) NOT NULL,
  reverse_charge BIT(1) NOT NULL,
  PRIMARY KEY (invoice, line),
  CONSTRAINT lines_invoice FOREIGN KEY (invoice) REFERENCES invoices (number)
);

INSERT INTO invoices
WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 2500)
SELECT CONCAT('R-', LPAD(n, 6, '0')), CONCAT('Kundin №', n % 300), DATE_ADD('2023-01-01', INTERVAL n DAY),
  IF(n % 4 = 0, NULL, DATE_ADD('2023-02-01 12:00:00', INTERVAL n * 25 HOUR)), IF(n % 2 = 0, UNHEX(REPEAT(SHA2(n, 256), 8)), NULL)
FROM seq;

INSERT INTO invoice_lines
WITH RECURSIVE seq (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM seq WHERE n < 6999)
SELECT CONCAT('R-', LPAD(1 + n % 2500, 6, '0')), 1 + n DIV 2500, CONCAT('Leistung ', n, ' – 100 % „gut“'), n / 8, n % 9999 / 10, n % 2
FROM seq;

CREATE VIEW unpaid AS
  SELECT number, customer, SUM(quantity * price) AS total
  FROM invoices JOIN invoice_lines ON invoice = number WHERE paid_at IS NULL GROUP BY number, customer;

CREATE USER 'auditor'@'%' IDENTIFIED BY 'sample-auditor-password';
GRANT SELECT, SHOW VIEW ON billing.* TO 'auditor'@'%';
