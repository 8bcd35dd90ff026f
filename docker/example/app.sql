-- The app of docker/compose.yaml: trades come over HTTP, the totals of the last five go to the log.
@app:name('Totals')

@source(type='http', host='0.0.0.0', port='8006', path='/trades',
  write.token='/run/secrets/write_token', @map(type='json'))
define stream Trades (symbol string, price double, volume long);

@info(name='totals')
from Trades#window.length(5)
select symbol, sum(volume) as volume, avg(price) as price
group by symbol
insert into Totals;
