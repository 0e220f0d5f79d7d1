-- A wiki: pages with their revisions.
SET NAMES utf8mb4;
USE wiki;

CREATE TABLE pages (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(200) NOT NULL,
  parent_id INT UNSIGNED,
  protected BOOLEAN NOT NULL DEFAULT FALSE,
  address INET6,
  UNIQUE KEY by_title (title),
  CONSTRAINT pages_parent FOREIGN KEY (parent_id) REFERENCES pages (id)
) COMMENT = 'Seiten, páginas, 頁, 📄';

CREATE TABLE revisions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  page_id INT UNSIGNED NOT NULL,
  edited_at DATETIME(3) NOT NULL,
  body MEDIUMTEXT NOT NULL,
  attachment LONGBLOB,
  size_bytes INT AS (LENGTH(body)) PERSISTENT,
  FULLTEXT KEY words (body),
  CONSTRAINT revisions_page FOREIGN KEY (page_id) REFERENCES pages (id) ON DELETE CASCADE
);

CREATE TABLE edit_counts (
  page_id INT UNSIGNED NOT NULL PRIMARY KEY,
  edits INT NOT NULL
);

CREATE SEQUENCE ticket_numbers START WITH 1000 INCREMENT BY 10;

DELIMITER $$
CREATE TRIGGER revisions_counted AFTER INSERT ON revisions FOR EACH ROW
BEGIN
  INSERT INTO edit_counts (page_id, edits) VALUES (NEW.page_id, 1) ON DUPLICATE KEY UPDATE edits = edits + 1;
END $$
CREATE FUNCTION path_of(wanted INT UNSIGNED) RETURNS TEXT CHARSET utf8mb4 READS SQL DATA
BEGIN
  DECLARE path TEXT CHARSET utf8mb4 DEFAULT '';
  DECLARE step INT UNSIGNED DEFAULT wanted;
  WHILE step IS NOT NULL DO
    SELECT CONCAT('/', title, path), parent_id INTO path, step FROM pages WHERE id = step;
  END WHILE;
  RETURN path;
END $$
CREATE PROCEDURE forget_page(IN wanted INT UNSIGNED)
BEGIN
  DELETE FROM pages WHERE id = wanted;
END $$
DELIMITER ;

INSERT INTO pages (id, title, parent_id, protected, address)
SELECT seq, CONCAT(ELT(1 + seq % 5, 'Überblick', '日本語', 'It''s "quoted"', 'Привет', 'Emoji 🎉'), ' ', seq), IF(seq < 10, NULL, seq DIV 10), seq % 9 = 0,
  IF(seq % 2 = 0, CONCAT('2001:db8::', HEX(seq)), NULL)
FROM seq_1_to_1200;

INSERT INTO revisions (page_id, edited_at, body, attachment)
SELECT 1 + seq % 1200, '2024-01-01 00:00:00.123' + INTERVAL seq * 61 MINUTE,
  CONCAT('= Heading ', seq, ' =\n', REPEAT(CONCAT('Zeile mit \\ und \t und „', seq, '“. '), 1 + seq % 12)),
  IF(seq % 4 = 0, UNHEX(CONCAT(SHA2(seq, 512), '00FF5C270A0D1A')), NULL)
FROM seq_1_to_6000;

SELECT NEXTVAL(ticket_numbers);

CREATE VIEW newest_revision AS SELECT page_id, MAX(edited_at) AS edited_at FROM revisions GROUP BY page_id;
