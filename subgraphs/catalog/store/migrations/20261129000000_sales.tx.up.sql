-- What was counted as sold of orders that can still be called off.
CREATE TABLE sales (
    order_id TEXT NOT NULL,
    upc TEXT NOT NULL,
    pieces INTEGER NOT NULL,
    PRIMARY KEY (order_id, upc)
);
