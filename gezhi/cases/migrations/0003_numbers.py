"""The sequence and function that number cases: no row is locked but once a day, no gap is promised."""

from django.db import migrations

SEQUENCE = "create sequence cases_numbers"
# The first case of a day notes where the day begins in the sequence; whoever comes at the same moment waits for that row
# once. Then numbers are the sequence less the day's beginning, and a check digit (Damm; the table is gezhi.cases.number's).
FUNCTION = """
create function cases_number(on_day date) returns varchar language plpgsql volatile as $$
declare
  begins bigint;
  digits text;
  interim int := 0;
  quasigroup constant text := '0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790';
begin
  select d.base into begins from cases_caseday d where d.day = on_day;
  if begins is null then
    insert into cases_caseday (day, base) values (on_day, nextval('cases_numbers')) on conflict (day) do nothing;
    select d.base into begins from cases_caseday d where d.day = on_day;
  end if;
  digits := (nextval('cases_numbers') - begins)::text;
  digits := to_char(on_day, 'YYMMDD') || lpad(digits, greatest(3, length(digits)), '0');
  for place in 1..length(digits) loop
    interim := substr(quasigroup, interim * 10 + substr(digits, place, 1)::int + 1, 1)::int;
  end loop;
  return left(digits, 6) || '-' || substr(digits, 7) || interim::text;
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_case_log_holds")]
    operations = [
        migrations.RunSQL(SEQUENCE, "drop sequence cases_numbers"),
        migrations.RunSQL(FUNCTION, "drop function cases_number(date)"),
    ]
