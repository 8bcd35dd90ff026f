from every (e1=A[x > 1]<2:5> -> not B for 1 min) -> e3=C and D or E within 1 day
select e1[last-1].x as p, e3 is null as q insert into X;
from every e1=A*, e2=B+, C? select * insert into Y /* end
