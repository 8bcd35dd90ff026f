
define stream Trades (ts long, symbol string, price double, volume int);
@PrimaryKey('symbol') define table Last (symbol string, price double);
@info(name = 'sums') from Trades#window.length(5)
select symbol, sum(volume) as volume, avg(price) as price group by symbol insert into Sums;
@info(name = 'rises') from every e1=Trades -> e2=Trades[symbol == e1.symbol and price > e1.price]
select e1.price as low, e2.price as high insert into Rises;
@info(name = 'keep') from Trades select symbol, price
update or insert into Last set Last.price = price on Last.symbol == symbol;
