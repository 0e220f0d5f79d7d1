-- A help desk, with rows that keep their own history.
SET NAMES utf8mb4;
CREATE DATABASE tickets CHARACTER SET utf8mb4;
USE tickets;

CREATE TABLE tickets (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject VARCHAR(200) NOT NULL,
  priority ENUM('low', 'normal', 'high') NOT NULL,
  opened_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP NULL,
  CONSTRAINT order_of_events CHECK (closed_at IS NULL OR closed_at >= opened_at)
);

-- A dump writes a FLOAT with six digits: what needs more is a DOUBLE.
CREATE TABLE comments (
  ticket_id INT UNSIGNED NOT NULL,
  number INT UNSIGNED NOT NULL,
  author VARCHAR(100) NOT NULL,
  text TEXT,
  details JSON,
  score FLOAT,
  PRIMARY KEY (ticket_id, number),
  CONSTRAINT comments_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);

INSERT INTO tickets (id, subject, priority, opened_at, closed_at)
SELECT seq, CONCAT('Drucker №', seq, IF(seq % 3 = 0, ' brennt 🔥', ' klemmt')), 1 + seq % 3, '2024-02-03 04:05:06' + INTERVAL seq HOUR,
  IF(seq % 5 = 0, NULL, '2024-02-03 04:05:06' + INTERVAL seq * 2 HOUR)
FROM seq_1_to_2000;

INSERT INTO comments
SELECT 1 + (seq - 1) % 2000, 1 + (seq - 1) DIV 2000, ELT(1 + seq % 3, 'Anaïs', 'Bjørn', '大輔'), IF(seq % 8 = 0, NULL, CONCAT('hat''s geklappt? %', seq, '_')),
  JSON_OBJECT('seq', seq, 'ok', seq % 2 = 0), seq % 4000 / 4
FROM seq_1_to_7000;

CREATE VIEW open_tickets AS SELECT id, subject, priority FROM tickets WHERE closed_at IS NULL;

CREATE ROLE support;
GRANT SELECT, INSERT, UPDATE ON tickets.* TO support;
CREATE USER 'helpdesk'@'%' IDENTIFIED BY 'sample-helpdesk-password';
GRANT support TO 'helpdesk'@'%';
