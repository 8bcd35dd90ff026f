define stream case (case int, when object);
from every e1=case[when['a'][0] is null] -> e2=case[case between e1.case and e1[0].case + 1]
select distinct case e1.case when 1 then 'one' else '' || e2.case end as c, e1.when[0] as w, eventTimestamp(e2) as t
group by case / 10, e1.when['k'] having c like 'o%' and w[1] is not null order by t % 2 desc, c insert into Out;
