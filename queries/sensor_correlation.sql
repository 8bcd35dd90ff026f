-- Two networks of sensors, read at the same times: pairs of readings of the same mote number, of the
-- last five seconds, that are far apart in humidity while one of them is marked as an event.
--
--   weir run queries/sensor_correlation.sql
--     --input Multihop=tests/data/sensor_multihop.ndjson
--     --input Singlehop=tests/data/sensor_singlehop.ndjson
@timestamp('ts')
define stream Multihop
  (ts long, mote_id int, indoor bool, humidity double, temperature double, label int);
@timestamp('ts')
define stream Singlehop
  (ts long, mote_id int, indoor bool, humidity double, temperature double, label int);

@info(name = 'pairs')
from Multihop#window.time(5 sec) as m
  join Singlehop#window.time(5 sec) as s
  on m.mote_id == s.mote_id and m.label != s.label
select m.mote_id as mote_id, m.humidity - s.humidity as humidity_difference,
  m.temperature - s.temperature as temperature_difference
having humidity_difference > 35.0 or humidity_difference < -35.0
insert into Differences;
