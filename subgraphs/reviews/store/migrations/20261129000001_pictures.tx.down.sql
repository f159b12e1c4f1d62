DROP TABLE review_pictures;
