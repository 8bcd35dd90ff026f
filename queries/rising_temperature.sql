-- Runs of readings of one sensor in which each is warmer than the one before. A run is reported by
-- the first reading that is not; runs that rise by less than a tenth of a degree are left out.
--
--   weir run queries/rising_temperature.sql --input Readings=tests/data/sensor_multihop.ndjson
@timestamp('ts')
define stream Readings
  (ts long, mote_id int, indoor bool, humidity double, temperature double, label int);

-- In a sequence nothing may stand between two events, so the sensor gets a stream of its own.
@info(name = 'one_mote')
from Readings[mote_id == 1]
select ts, temperature
insert into Mote;

@info(name = 'rising')
from every low=Mote,
  up=Mote[ifThenElse(up[last].temperature is null, temperature > low.temperature,
                     temperature > up[last].temperature)]<2:>,
  down=Mote[temperature <= up[last].temperature]
select low.ts as since, low.temperature as lowest, up[last].temperature as highest,
  up[last].temperature - low.temperature as rise
having rise >= 0.1
insert into RisingTemperature;
