-- comment
@info(name = 'q') from S[b > 1 and not f]#log('x')#window.length(5)
select a, sum(b) * 2 as t, case when f then 1 else -2 end as u
group by a having t >= 1.5e3 or u in (1, 2) order by a desc limit 5 offset 1
output last every 3 events insert all events into Out;
from L#window.time(1 sec) as l left outer join R as r on l.a == r.a select l.a, r.b insert into J;
from S update or insert into T set T.b = b on T.a == a; from S delete T on T.a is null;
partition with (a of S, b > 1 as 'x' or b <= 1 as 'y' of S2) begin from S insert into #I; end;
