-- When each mote began and ceased to report events: a session lasts until a mote was silent for half
-- a minute. One row with `readings` 1 opens a session, one with 0 closes it; its time is that of the
-- session's last reading.
--
--   weir run queries/mote_sessions.sql --input Readings=tests/data/sensor_multihop.ndjson
@timestamp('ts')
define stream Readings
  (ts long, mote_id int, indoor bool, humidity double, temperature double, label int);

-- The key of a session is a string.
@info(name = 'events')
from Readings[label == 1]
select convert(mote_id, 'string') as mote, temperature
insert into Events;

@info(name = 'sessions')
from Events#window.session(30 sec, mote)
select mote, count() as readings, temperature
group by mote
having readings <= 1
insert all events into Sessions;
