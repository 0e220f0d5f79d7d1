-- Customer relations: companies, people, calls.
SET NAMES utf8mb4;
SET SESSION cte_max_recursion_depth = 100000;
USE crm;

CREATE TABLE companies (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  country CHAR(2) NOT NULL,
  founded YEAR,
  attributes JSON,
  KEY by_country (country)
) COMMENT = 'Customers and prospects: Größe, 会社, 🏢';

CREATE TABLE people (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  company_id INT UNSIGNED NOT NULL,
  full_name VARCHAR(200) NOT NULL,
  email VARCHAR(200) AS (CONCAT('person', id_number, '@example.com')) STORED,
  id_number INT NOT NULL,
  born DATE,
  photo VARBINARY(200),
  interests SET('books', 'sport', 'music') NOT NULL DEFAULT '',
  CONSTRAINT people_company FOREIGN KEY (company_id) REFERENCES companies (id)
);

CREATE TABLE calls (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id BIGINT UNSIGNED NOT NULL,
  called_at DATETIME(6) NOT NULL,
  minutes DECIMAL(8, 3) NOT NULL,
  rating DOUBLE,
  outcome ENUM('reached', 'voicemail', 'wrong number') NOT NULL,
  note TEXT,
  CONSTRAINT calls_person FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE TABLE call_changes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  call_id BIGINT UNSIGNED NOT NULL,
  old_outcome VARCHAR(20) NOT NULL,
  new_outcome VARCHAR(20) NOT NULL
);

INSERT INTO companies (name, country, founded, attributes)
WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 400)
SELECT CONCAT(ELT(1 + n % 5, 'Bäckerei Søndergård', '株式会社', 'O''Brien & "Söhne"', 'Рога и копыта', '🍕 Pizza'), ' ', n),
  ELT(1 + n % 4, 'DE', 'JP', 'IE', 'PL'), IF(n % 6 = 0, NULL, 1950 + n % 70),
  JSON_OBJECT('employees', n * 3, 'tags', JSON_ARRAY('a', n % 7, NULL), 'nested', JSON_OBJECT('ü', TRUE))
FROM seq;

INSERT INTO people (company_id, full_name, id_number, born, photo, interests)
WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 4000)
SELECT 1 + n * 13 % 400, CONCAT(ELT(1 + n % 4, 'Ægir', 'José', '陳大文', 'Zażółć'), ' ', n, IF(n % 10 = 0, '\\ back\tslash\n', '')), n,
  IF(n % 7 = 0, NULL, DATE_ADD('1950-01-01', INTERVAL n * 5 DAY)), IF(n % 3 = 0, UNHEX(CONCAT(SHA2(CONCAT('photo', n), 256), '00FF5C270A0D')), NULL),
  1 + n % 7
FROM seq;

INSERT INTO calls (person_id, called_at, minutes, rating, outcome, note)
WITH RECURSIVE seq (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 9000)
SELECT 1 + n * 7919 % 4000, DATE_ADD('2024-01-01 00:00:00.000001', INTERVAL n * 53 MINUTE), n % 600 / 7, IF(n % 5 = 0, NULL, n / 3), 1 + n % 3,
  CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE CONCAT('said „', n, '“; call back — ✓') END
FROM seq;

CREATE VIEW calls_per_company AS
  SELECT companies.name, COUNT(*) AS calls, SUM(minutes) AS minutes
  FROM companies JOIN people ON company_id = companies.id JOIN calls ON person_id = people.id GROUP BY companies.id, companies.name;

DELIMITER $$
CREATE FUNCTION age_in_years(born DATE, today DATE) RETURNS INT DETERMINISTIC
BEGIN
  RETURN TIMESTAMPDIFF(YEAR, born, today);
END $$
CREATE PROCEDURE calls_of(IN wanted BIGINT UNSIGNED)
BEGIN
  SELECT * FROM calls WHERE person_id = wanted ORDER BY called_at;
END $$
CREATE TRIGGER calls_outcome AFTER UPDATE ON calls FOR EACH ROW
BEGIN
  IF OLD.outcome <> NEW.outcome THEN
    INSERT INTO call_changes (call_id, old_outcome, new_outcome) VALUES (NEW.id, OLD.outcome, NEW.outcome);
  END IF;
END $$
DELIMITER ;

UPDATE calls SET outcome = 'reached' WHERE id % 50 = 1;
