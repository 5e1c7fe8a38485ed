CREATE TABLE articles (title TEXT NOT NULL);
INSERT INTO articles (title) VALUES ('A page of all releases');
