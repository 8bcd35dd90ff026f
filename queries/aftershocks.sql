-- A strong earthquake and the first weaker one near it within six hours: at most one degree away in
-- latitude and in longitude.
--
--   weir run queries/aftershocks.sql --input Quakes=tests/data/earthquakes.ndjson
@timestamp('ts')
define stream Quakes (ts long, id string, mag double, place string, magType string, sig int,
  net string, status string, lon double, lat double, depth double);

@info(name = 'aftershock')
from every main=Quakes[mag >= 4.5]
  -> after=Quakes[mag < main.mag
      and lat - main.lat < 1.0 and main.lat - lat < 1.0
      and lon - main.lon < 1.0 and main.lon - lon < 1.0]
  within 6 hour
select main.place as place, main.mag as magnitude, after.mag as after_magnitude,
  (after.ts - main.ts) / 60000 as minutes_later
insert into Aftershocks;
