-- A small company's CRM, to see pg_relinsights at work: psql -f company.sql [-v as_of=2025-06-30] DATABASE
--
-- Hanbit Desk (invented, as is everyone here) sells software by the seat from Seoul to customers world-wide. The script
-- creates schema demo with two years of its activities, ending the evening before as_of (today by default) plus
-- what is scheduled after it. It needs a UTF-8 database of PostgreSQL 15 or later, and not the extension.
--
-- Nothing is random: each draw is SHA-256 of what is drawn and for whom, so the same as_of gives the same rows on every
-- version. random() is not used because its sequence depends on the version and on the order of the rows.
--
-- How it is made: people and records (2, 3); spells of work on a record (4); each spell has episodes, an episode is
-- one call, one meeting or one e-mail thread (5); threads grow reply by reply (6); all this gives the activities (7)
-- and who took part in them (8).

\set ON_ERROR_STOP on
\set quiet_before :QUIET
\set QUIET on
\if :{?as_of}
\else
  SELECT to_char(now() AT TIME ZONE 'Asia/Seoul', 'YYYY-MM-DD') AS as_of \gset
\endif

BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Asia/Seoul';  -- dates without a time zone are dates in our office
SET LOCAL jit = off;
SET LOCAL datestyle = 'ISO';
CREATE SCHEMA demo;
SET LOCAL search_path = demo, pg_temp;

---- 1. The tables, in the shapes that a model reads

CREATE TABLE records (
  record_type text NOT NULL CHECK (record_type IN ('account', 'contact', 'opportunity', 'lead')),
  record_id bigint PRIMARY KEY,
  name text NOT NULL,
  owner_id text NOT NULL,
  account_id bigint REFERENCES records,
  state text NOT NULL,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  estimated_close_date date,
  estimated_value numeric,
  attributes jsonb NOT NULL
);
COMMENT ON TABLE records IS 'Accounts (ids from 1001), contacts (2001), opportunities (3001) and leads (4001)';
COMMENT ON COLUMN records.record_type IS 'account, contact, opportunity or lead';
COMMENT ON COLUMN records.record_id IS 'Unique across all record types';
COMMENT ON COLUMN records.name IS 'Of the company, the person or the deal; Korean and Chinese names in both scripts';
COMMENT ON COLUMN records.owner_id IS 'The seller responsible, a party_id of side us';
COMMENT ON COLUMN records.account_id IS 'The account of a contact or opportunity, NULL for others';
COMMENT ON COLUMN records.state IS
  'Opportunities: open, won, lost; leads: active, qualified, disqualified; others: active';
COMMENT ON COLUMN records.created_at IS 'When the record was entered';
COMMENT ON COLUMN records.closed_at IS 'When an opportunity was won or lost, or a lead decided; NULL while open';
COMMENT ON COLUMN records.estimated_close_date IS 'The owner''s guess for an opportunity, NULL for others';
COMMENT ON COLUMN records.estimated_value IS 'First year''s price of an opportunity in US dollars, NULL for others';
COMMENT ON COLUMN records.attributes IS
  'What was known at the start, never the outcome. Opportunity: industry, region, size (employees), product, source, '
    'amount';

CREATE TABLE record_parties (
  record_type text NOT NULL,
  record_id bigint NOT NULL REFERENCES records,
  side text NOT NULL CHECK (side IN ('us', 'them')),
  party_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'team', 'contact', 'stakeholder', 'primary_contact')),
  PRIMARY KEY (record_id, side, party_id, role)
);
COMMENT ON TABLE record_parties IS 'Whose activities matter to a record';
COMMENT ON COLUMN record_parties.record_type IS 'As in records';
COMMENT ON COLUMN record_parties.record_id IS 'As in records';
COMMENT ON COLUMN record_parties.side IS 'us: a seller; them: a person of the customer';
COMMENT ON COLUMN record_parties.party_id IS 'The person, by e-mail address';
COMMENT ON COLUMN record_parties.role IS
  'owner, team, contact, stakeholder, or primary_contact: on an opportunity, who that is for the account, '
  'which alone does not make the person part of the deal';

CREATE TABLE activities (
  activity_id bigint PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('email', 'meeting', 'phone_call', 'task', 'other')),
  direction text NOT NULL CHECK (direction IN ('outbound', 'inbound')),
  occurred_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('scheduled', 'completed', 'cancelled')),
  duration interval,
  thread_id bigint,
  subject text,
  regarding_type text,
  regarding_id bigint REFERENCES records,
  followed boolean NOT NULL,
  opens int,
  link_clicks int,
  attachment_views int,
  replies int,
  automated boolean NOT NULL,
  sentiment double precision CHECK (sentiment BETWEEN -1 AND 1)
);
COMMENT ON TABLE activities IS 'E-mails, meetings, calls and tasks of sellers with customers';
COMMENT ON COLUMN activities.activity_id IS 'Numbered in the order of time';
COMMENT ON COLUMN activities.kind IS 'email, meeting, phone_call, task or other';
COMMENT ON COLUMN activities.direction IS 'outbound: started by us; inbound: started by the customer';
COMMENT ON COLUMN activities.occurred_at IS 'When it happened, or is to happen if scheduled';
COMMENT ON COLUMN activities.status IS 'scheduled (after as_of), completed or cancelled';
COMMENT ON COLUMN activities.duration IS 'Of a meeting, call, task or visit; NULL for an e-mail';
COMMENT ON COLUMN activities.thread_id IS 'The conversation of an e-mail; NULL for other kinds and for a few e-mails';
COMMENT ON COLUMN activities.subject IS 'Subject line, in the customer''s language';
COMMENT ON COLUMN activities.regarding_type IS 'Type of the record it was filed under; NULL where nobody filed it';
COMMENT ON COLUMN activities.regarding_id IS 'The record it was filed under; NULL where nobody filed it';
COMMENT ON COLUMN activities.followed IS 'True for an e-mail of ours that is tracked';
COMMENT ON COLUMN activities.opens IS 'Times a followed e-mail was opened; NULL if not followed';
COMMENT ON COLUMN activities.link_clicks IS 'Clicks on links in a followed e-mail; NULL if not followed';
COMMENT ON COLUMN activities.attachment_views IS 'Views of a followed e-mail''s attachments; NULL if not followed';
COMMENT ON COLUMN activities.replies IS
  '1 if the customer wrote the thread''s next e-mail, else 0; NULL if not followed';
COMMENT ON COLUMN activities.automated IS 'True for an absence note or a calendar''s notice';
COMMENT ON COLUMN activities.sentiment IS
  '-1 (angry) to 1 (delighted), of what the customer wrote or said; NULL if unknown';

CREATE TABLE participants (
  activity_id bigint NOT NULL REFERENCES activities,
  side text NOT NULL CHECK (side IN ('us', 'them')),
  party_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('from', 'to', 'cc', 'bcc', 'organizer', 'required', 'optional'))
);
COMMENT ON TABLE participants IS
  'Who took part in an activity. A very few people are named twice in one, as happens with mailing lists';
COMMENT ON COLUMN participants.activity_id IS 'As in activities';
COMMENT ON COLUMN participants.side IS 'us: a seller; them: a person of the customer';
COMMENT ON COLUMN participants.party_id IS 'The person, by e-mail address';
COMMENT ON COLUMN participants.role IS 'from, to, cc, bcc; of a meeting organizer, required, optional';

---- Draws and office hours (in pg_temp: nothing of this stays)

-- A number in [0, 1), always the same for the same arguments.
CREATE FUNCTION pg_temp.uniform(what text, a bigint, b bigint DEFAULT 0) RETURNS double precision
STABLE LANGUAGE sql AS $$
  SELECT ('x' || encode(substring(sha256(convert_to(concat_ws(' ', what, a, b), 'UTF8')) FOR 6),
    'hex'))::bit(48)::bigint
         / 281474976710656.0::double precision
$$;

-- Standard normal (Box and Muller).
CREATE FUNCTION pg_temp.normal(what text, a bigint, b bigint DEFAULT 0) RETURNS double precision
STABLE LANGUAGE sql AS $$
  SELECT sqrt(-2 * ln(1 - pg_temp.uniform(what, a, b))) * cos(2 * pi() * pg_temp.uniform(what || ' angle', a, b))
$$;

-- The element of a list that a number in [0, 1) points at.
CREATE FUNCTION pg_temp.pick(list anyarray, u double precision) RETURNS anyelement IMMUTABLE LANGUAGE sql AS $$
  SELECT list[1 + floor(u * cardinality(list))::int]
$$;

-- Where customers are, whose holidays they keep, what language they write, and from when to when, by our clock,
-- both sides are awake for a call.
CREATE TEMP TABLE region (region text PRIMARY KEY, holidays text, language text, calls_from time, calls_to time)
ON COMMIT DROP;
INSERT INTO region VALUES
  ('Korea', 'kr', 'ko', '09:30', '17:30'),
  ('Greater China', 'cn', 'zh', '10:30', '18:00'),
  ('Asia Pacific', 'west', 'en', '09:30', '16:00'),
  ('Europe', 'west', 'en', '16:00', '18:30'),
  ('Americas', 'west', 'en', '08:00', '10:00');

-- Each day's next working day (itself if it is one). Seollal and Chuseok follow the moon, so they are listed: in other
-- years than these they are working days.
CREATE TEMP TABLE workday (holidays text, day date, next_workday date, PRIMARY KEY (holidays, day)) ON COMMIT DROP;
INSERT INTO workday
WITH moon (seollal, chuseok) AS (VALUES
    ('2022-02-01'::date, '2022-09-10'::date), ('2023-01-22', '2023-09-29'), ('2024-02-10', '2024-09-17'),
    ('2025-01-29', '2025-10-06'), ('2026-02-17', '2026-09-25'), ('2027-02-07', '2027-09-15'),
    ('2028-01-27', '2028-10-03'), ('2029-02-13', '2029-09-22'), ('2030-02-03', '2030-09-12')),
  days AS (
    SELECT holidays, day, to_char(day, 'MM-DD') AS month_day
    FROM unnest(ARRAY['kr', 'cn', 'west']) AS holidays,
         LATERAL (SELECT :'as_of'::date + n AS day FROM generate_series(-760, 120) AS n) AS all_days),
  closed AS (
    SELECT holidays, day,
      extract(isodow FROM day) >= 6 OR month_day = '01-01'
      OR CASE holidays
           WHEN 'kr' THEN month_day IN ('03-01', '05-05', '06-06', '08-15', '10-03', '10-09', '12-25')
             OR EXISTS (SELECT FROM moon WHERE abs(day - seollal) <= 1 OR abs(day - chuseok) <= 1)
           WHEN 'cn' THEN month_day BETWEEN '05-01' AND '05-03' OR month_day BETWEEN '10-01' AND '10-07'
             OR EXISTS (SELECT FROM moon WHERE day - seollal BETWEEN -1 AND 6)
           ELSE month_day BETWEEN '12-24' AND '12-26'
         END AS closed
    FROM days)
SELECT holidays, day,
  min(day) FILTER (WHERE NOT closed) OVER (PARTITION BY holidays ORDER BY day DESC)
FROM closed;
ANALYZE workday;

-- A working day near the given one. Weekends move anywhere into the following week, else Mondays would be crowded.
CREATE FUNCTION pg_temp.workday_near(day date, holidays text, u double precision) RETURNS date STABLE LANGUAGE sql AS $$
  SELECT next_workday FROM workday AS w
  WHERE w.holidays = $2
    AND w.day = $1 + CASE WHEN extract(isodow FROM $1) >= 6
                          THEN 8 - extract(isodow FROM $1)::int + floor(u * 5)::int ELSE 0 END
$$;

-- The given moment if it is in office hours (9 to 18, local), else some time in the next working morning.
CREATE FUNCTION pg_temp.in_office_hours(moment timestamptz, zone text, holidays text, u double precision)
RETURNS timestamptz STABLE LANGUAGE sql AS $$
  SELECT CASE WHEN w.next_workday = local::date AND local::time >= '09:00' AND local::time < '18:00' THEN moment
              ELSE (w.next_workday + time '09:00' + round(240 + 9000 * u ^ 1.5) * interval '1 '
                'second') AT TIME ZONE zone END
  FROM (SELECT moment AT TIME ZONE zone AS local) AS there
  JOIN workday AS w ON w.holidays = $3 AND w.day = local::date + (local::time >= '18:00')::int
$$;

---- 2. People and companies

-- reply_hours: the median time until the seller answers an e-mail. diligence: how likely the seller answers at all.
CREATE TEMP TABLE seller (party_id text PRIMARY KEY, region text, reply_hours double precision,
  diligence double precision)
ON COMMIT DROP;
INSERT INTO seller VALUES
  ('kim.minji@hanbit.example',     'Korea',         0.7, 0.98),
  ('park.jiho@hanbit.example',     'Korea',         1.6, 0.95),
  ('lee.seoyeon@hanbit.example',   'Korea',         2.4, 0.93),
  ('choi.dohyun@hanbit.example',   'Korea',        10.0, 0.74),  -- slow
  ('zhang.lihua@hanbit.example',   'Greater China', 1.1, 0.97),
  ('chen.guowei@hanbit.example',   'Greater China', 3.0, 0.92),
  ('jung.yuna@hanbit.example',     'Asia Pacific',  1.4, 0.96),
  ('amelia.stone@hanbit.example',  'Asia Pacific',  2.2, 0.93),
  ('lukas.brandt@hanbit.example',  'Europe',        1.0, 0.97),
  ('claire.moreau@hanbit.example', 'Europe',       14.0, 0.70),  -- slower still
  ('han.areum@hanbit.example',     'Americas',      1.3, 0.96),
  ('diego.fuentes@hanbit.example', 'Americas',      3.6, 0.90);

CREATE TEMP VIEW team AS
SELECT region, array_agg(party_id ORDER BY reply_hours) AS sellers FROM seller GROUP BY region;

CREATE TEMP TABLE account (
  account_id bigint PRIMARY KEY, name text, domain text, region text, zone text, industry text, employees int,
  owner_id text, reply_hours double precision) ON COMMIT DROP;
INSERT INTO account
SELECT 1000 + n, name, domain || '.example', region, zone, industry, employees,
       pg_temp.pick(sellers, pg_temp.uniform('account owner', n)),
       3 + 9 * pg_temp.uniform('account reply hours', n)
FROM (VALUES
  ( 1, 'Daon Logistics (다온물류)',         'daonlog',     'Korea',         'Asia/Seoul',          'logistics',     420),
  ( 2, 'Mirae Gongbang (미래공방)',          'miraegb',     'Korea',         'Asia/Seoul',          'manufacturing', 1300),
  ( 3, 'Sol Savings (솔저축)',              'solsavings',  'Korea',         'Asia/Seoul',          'finance',       260),
  ( 4, 'Onnuri Mart (온누리장터)',           'onnurimart',  'Korea',         'Asia/Seoul',          'retail',        2100),
  ( 5, 'Byeolbit Academy (별빛학원)',        'byeolbit',    'Korea',         'Asia/Seoul',          'education',     150),
  ( 6, 'Garam Clinics (가람의원)',           'garamclinic', 'Korea',         'Asia/Seoul',          'healthcare',    340),
  ( 7, 'Haneul County Office (하늘군청)',    'haneulcounty','Korea',         'Asia/Seoul',          'public sector', 900),
  ( 8, 'Noeul Precision (노을정밀)',         'noeulprec',   'Korea',         'Asia/Seoul',          'manufacturing', 480),
  ( 9, 'Barun Freight (바른운송)',           'barunfreight','Korea',         'Asia/Seoul',          'logistics',     180),
  (10, 'Dure Insurance (두레보험)',          'dureins',     'Korea',         'Asia/Seoul',          'finance',       3200),
  (11, 'Saebyeok Foods (새벽식품관)',        'saebyeokfood','Korea',         'Asia/Seoul',          'retail',        75),
  (12, 'Narae College (나래대학)',           'naraecollege','Korea',         'Asia/Seoul',          'education',     620),
  (13, 'Pureun Lab (푸른검사소)',            'pureunlab',   'Korea',         'Asia/Seoul',          'healthcare',    95),
  (14, 'Gaon Water Works (가온수도)',        'gaonwater',   'Korea',         'Asia/Seoul',          'public sector', 540),
  (15, 'Maru Machine (마루기계)',            'marumachine', 'Korea',         'Asia/Seoul',          'manufacturing', 230),
  (16, 'Yeoul Shipping (여울해운)',          'yeoulship',   'Korea',         'Asia/Seoul',          'logistics',     760),
  (17, 'Qinghe Gears (清禾齿轮)',            'qinghegears', 'Greater China', 'Asia/Shanghai',       'manufacturing', 1750),
  (18, 'Yunfan Express (云帆速达)',          'yunfanexp',   'Greater China', 'Asia/Shanghai',       'logistics',     890),
  (19, 'Songbai Capital (松柏资本)',         'songbaicap',  'Greater China', 'Asia/Shanghai',       'finance',       140),
  (20, 'Bailu Stores (白鹭百货)',            'bailustores', 'Greater China', 'Asia/Shanghai',       'retail',        2600),
  (21, 'Mingzhu School (明竹学堂)',          'mingzhusch',  'Greater China', 'Asia/Shanghai',       'education',     310),
  (22, 'Kangyue Medical (康岳医疗)',         'kangyuemed',  'Greater China', 'Asia/Shanghai',       'healthcare',    450),
  (23, 'Lanxi Plastics (兰汐塑料)',          'lanxiplast',  'Greater China', 'Asia/Taipei',         'manufacturing', 370),
  (24, 'Haitang Retail (海棠零售)',          'haitangret',  'Greater China', 'Asia/Taipei',         'retail',        120),
  (25, 'Jinhe Port Authority (金禾港务)',    'jinheport',   'Greater China', 'Asia/Hong_Kong',      'public sector', 680),
  (26, 'Ruifeng Transport (瑞枫运输)',       'ruifengtr',   'Greater China', 'Asia/Hong_Kong',      'logistics',     210),
  (27, 'Straits Orchid Bank',              'straitsorchid','Asia Pacific',  'Asia/Singapore',      'finance',
          980),
  (28, 'Merlow Components',                'merlowcomp',  'Asia Pacific',  'Asia/Singapore',      'manufacturing', 560),
  (29, 'Wattlebird Outfitters',            'wattlebirdout','Asia Pacific', 'Australia/Sydney',    'retail',        190),
  (30, 'Tawny Creek Health',               'tawnycreek',  'Asia Pacific',  'Australia/Sydney',    'healthcare',
       1400),
  (31, 'Kelpline Cargo',                   'kelpline',    'Asia Pacific',  'Pacific/Auckland',    'logistics',     260),
  (32, 'Rimu Valley Schools',              'rimuvalley',  'Asia Pacific',  'Pacific/Auckland',    'education',     410),
  (33, 'Ahornwerk Antriebe',               'ahornwerk',   'Europe',        'Europe/Berlin',       'manufacturing', 830),
  (34, 'Kielblick Spedition',              'kielblick',   'Europe',        'Europe/Berlin',       'logistics',     300),
  (35, 'Stadtwerke Birkental',             'birkental',   'Europe',        'Europe/Berlin',       'public sector', 470),
  (36, 'Maison Verrière',                  'verriere',    'Europe',        'Europe/Paris',        'retail',
           1100),
  (37, 'Clinique du Tilleul',              'tilleul',     'Europe',        'Europe/Paris',        'healthcare',    220),
  (38, 'Bramblegate Assurance',            'bramblegate', 'Europe',        'Europe/London',       'finance',       640),
  (39, 'Otterford Academy Trust',          'otterford',   'Europe',        'Europe/London',       'education',     510),
  (40, 'Fjellmark Verksted',               'fjellmark',   'Europe',        'Europe/Oslo',         'manufacturing', 160),
  (41, 'Mercado Almendro',                 'almendro',    'Europe',        'Europe/Madrid',       'retail',        350),
  (42, 'Vlinderdok Logistiek',             'vlinderdok',  'Europe',        'Europe/Amsterdam',    'logistics',     130),
  (43, 'Copperfern Tooling',               'copperfern',  'Americas',      'America/New_York',    'manufacturing', 720),
  (44, 'Larkhaven Trust',                  'larkhaven',   'Americas',      'America/New_York',    'finance',
          1900),
  (45, 'Sixpine Outlets',                  'sixpine',     'Americas',      'America/Chicago',     'retail',        430),
  (46, 'Prairie Lantern Schools',          'prairielant', 'Americas',      'America/Chicago',     'education',     280),
  (47, 'Foghollow Freight',                'foghollow',   'Americas',      'America/Los_Angeles', 'logistics',     240),
  (48, 'Saltmeadow Hospitals',             'saltmeadow',  'Americas',      'America/Los_Angeles', 'healthcare',
       2800),
  (49, 'Ciudad Jacarandá',                 'jacaranda',   'Americas',      'America/Mexico_City', 'public sector', 600),
  (50, 'Moinho Azul Alimentos',            'moinhoazul',  'Americas',      'America/Sao_Paulo',   'manufacturing', 390)
) AS listed (n, name, domain, region, zone, industry, employees)
JOIN team USING (region);

-- The i-th name of a language: as the lists' lengths have no common divisor, no pair repeats for a hundred and more.
CREATE TEMP TABLE naming (language text PRIMARY KEY, family text[], given text[]) ON COMMIT DROP;
INSERT INTO naming VALUES
  ('ko', '{Kim 김,Lee 이,Park 박,Choi 최,Jung 정,Kang 강,Cho 조,Yoon 윤,Jang 장,Lim 임,Han 한}',
         '{Minjun 민준,Seoyeon 서연,Jiho 지호,Hayun 하윤,Doyun 도윤,Sua 수아,Junseo 준서,Jiwoo 지우,Eunji 은지,Taemin 태민,'
         'Boram 보람,Hyunwoo 현우,Dahye 다혜}'),
  ('zh', '{Wang 王,Li 李,Zhang 张,Liu 刘,Chen 陈,Yang 杨,Zhao 赵,Huang 黄,Zhou 周}',
         '{Wei 伟,Xiuying 秀英,Haoran 浩然,Jing 静,Lei 磊,Zixuan 子轩,Mei 梅,Jianguo 建国,Yuting 雨婷,Ming 明,Xinyi 欣怡}'),
  ('en',
    '{Adler,Brook,Castellan,Dunmore,Eriksen,Fairweather,Galvin,Holm,Ibarra,Jansen,Keller,Lindqvist,Marchetti,Novak,'
         'Okafor,Prentice,Quintero,Rossiter}',
         '{Anna,Ben,Carla,David,Elena,Frank,Grace,Hugo,Ines,Jonas,Katrin,Liam,Marta,Nils,Olivia,Paul,Rosa,Simon,'
           'Tessa}');

-- family.given@ for Korean and Chinese people, given.family@ for others, as each would write it.
CREATE FUNCTION pg_temp.person(language text, i bigint, domain text, OUT party_id text, OUT name text)
STABLE LANGUAGE sql AS $$
  SELECT lower(CASE WHEN $1 = 'en' THEN g.latin || '.' || f.latin ELSE f.latin || '.' || g.latin END) || '@' || domain,
         CASE WHEN $1 = 'en' THEN g.latin || ' ' || f.latin
              ELSE f.latin || ' ' || g.latin || ' (' || f.own || g.own || ')' END
  FROM (SELECT family[1 + i % cardinality(family)] AS family, given[1 + i * 5 % cardinality(given)] AS given
        FROM naming WHERE naming.language = $1) AS chosen,
       LATERAL (SELECT split_part(family, ' ', 1) AS latin, split_part(family, ' ', 2) AS own) AS f,
       LATERAL (SELECT split_part(given, ' ', 1) AS latin, split_part(given, ' ', 2) AS own) AS g
$$;

CREATE TEMP TABLE contact (contact_id bigint PRIMARY KEY, account_id bigint, place int, party_id text UNIQUE, name text)
ON COMMIT DROP;
INSERT INTO contact
SELECT 2000 + row_number() OVER (ORDER BY account_id, place), account_id, place, person.*
FROM (SELECT account_id, domain, language, place,
             row_number() OVER (PARTITION BY language ORDER BY account_id, place) AS i
      FROM account JOIN region USING (region),
           generate_series(1, 2 + floor(5 * pg_temp.uniform('contacts', account_id))::int) AS place) AS position,
     LATERAL pg_temp.person(language, i, domain) AS person;

---- 3. Deals and leads

-- How much a trait helps to win, on the logit scale. A deal's region, size and product say nothing about its end.
CREATE TEMP TABLE odds (trait text PRIMARY KEY, logit double precision) ON COMMIT DROP;
INSERT INTO odds VALUES
  ('manufacturing', 1.5), ('logistics', 1.0), ('finance', 0.2), ('education', -0.2), ('healthcare', -0.5),
  ('public sector', -1.0), ('retail', -1.6),
  ('referral', 1.6), ('partner', 0.8), ('website', 0.0), ('trade fair', 0.0), ('webinar', -0.7), ('cold call', -1.8);

-- fate: dead (open, but nothing happens any more), hot (open, much going on), usual.
CREATE TEMP TABLE deal (
  deal_id bigint PRIMARY KEY, account_id bigint, owner_id text, fate text, state text, created_on date, ended_on date,
  product text, source text, seats int, us text[], them text[]) ON COMMIT DROP;
INSERT INTO deal
WITH drawn AS (
    SELECT 3000 + n AS deal_id,
      1001 + CASE WHEN n <= 150 THEN n % 50 ELSE floor(50 * pg_temp.uniform('deal account', n))::int END AS account_id,
      CASE WHEN pg_temp.uniform('fate', n) < 0.05 THEN 'dead' WHEN pg_temp.uniform('fate', n) > 0.88 THEN 'hot'
           ELSE 'usual' END AS fate,
      pg_temp.uniform('deal age', n) AS u,
      least(260, greatest(20, 80 * exp(0.5 * pg_temp.normal('sales cycle', n))))::int AS cycle,
      pg_temp.pick('{Desk,Flow,Insight}'::text[], pg_temp.uniform('product', n)) AS product,
      pg_temp.pick('{referral,partner,website,website,trade fair,webinar,cold call,cold call}'::text[],
                   pg_temp.uniform('source', n)) AS source
    FROM generate_series(1, 300) AS n),
  aged AS (
    SELECT *, CASE fate WHEN 'dead' THEN 200 + floor(250 * u)::int ELSE 5 + floor(700 * u ^ 1.6)::int END AS age
    FROM drawn),
  judged AS (
    SELECT aged.*, account.owner_id AS account_owner, region, employees,
      CASE WHEN fate = 'dead' OR cycle >= age THEN 'open'
           WHEN pg_temp.uniform('outcome', deal_id) < 1 / (1 + exp(-i.logit - s.logit)) THEN 'won'
           ELSE 'lost' END AS state
    FROM aged JOIN account USING (account_id) JOIN odds AS i ON i.trait = industry JOIN odds AS s ON s.trait = source),
  owned AS (
    SELECT judged.*, colleagues[1] AS owner, colleagues
    FROM judged,
         -- The account's owner first; in one deal of five, anyone of the region's team.
         LATERAL (SELECT array_agg(party_id ORDER BY
                           party_id <> account_owner OR pg_temp.uniform('lends deal', deal_id) < 0.2,
                           pg_temp.uniform('colleague', deal_id, ascii(party_id))) AS colleagues
                  FROM seller WHERE seller.region = judged.region) AS in_region)
SELECT deal_id, account_id, owner, CASE WHEN state = 'open' THEN fate ELSE 'usual' END, state,
       pg_temp.workday_near(:'as_of'::date - age, 'kr', u),
       CASE WHEN state <> 'open' THEN :'as_of'::date - age + cycle END,
       product, source,
       greatest(10, 5 * round(employees * (0.02 + 0.25 * pg_temp.uniform('seats', deal_id) ^ 2) / 5))::int,
       colleagues[:1 + (pg_temp.uniform('team', deal_id) < 0.45)::int],
       (SELECT array_agg(party_id ORDER BY pg_temp.uniform('buyer', deal_id, contact_id))
        FROM contact WHERE contact.account_id = owned.account_id)[:1 + floor(3 * pg_temp.uniform('buyers',
          deal_id))::int]
FROM owned;

CREATE TEMP TABLE prospect (
  lead_id bigint PRIMARY KEY, name text, party_id text, owner_id text, region text, zone text, industry text,
    source text,
  employees int, state text, created_on date, ended_on date) ON COMMIT DROP;
INSERT INTO prospect
SELECT 4000 + n, person.name || ', ' || company, person.party_id,
       pg_temp.pick(sellers, pg_temp.uniform('lead owner', n)), region, zone,
       pg_temp.pick('{manufacturing,logistics,finance,retail,education,healthcare,public sector}'::text[],
                    pg_temp.uniform('lead industry', n)),
       pg_temp.pick('{referral,partner,website,trade fair,webinar,cold call}'::text[],
         pg_temp.uniform('lead source', n)),
       (20 * exp(4 * pg_temp.uniform('lead size', n)))::int,
       CASE WHEN age <= 45 THEN 'active' WHEN pg_temp.uniform('lead outcome', n) < 0.5 THEN 'qualified'
            ELSE 'disqualified' END,
       :'as_of'::date - age,
       CASE WHEN age > 45 THEN :'as_of'::date - age + 10 + floor(30 * pg_temp.uniform('lead life', n))::int END
FROM (SELECT n, 3 + floor(600 * pg_temp.uniform('lead age', n) ^ 2.6)::int AS age,
             ('{Amber,Birch,Cobalt,Dapple,Ember,Fennel,Gannet,Hazel,Indigo,Juniper}'::text[])[1 + n % 10] || ' '
             || ('{Harbour,Loom,Orchard,Quarry,Signal,Wharf,Kiln}'::text[])[1 + n % 7] AS company,
             ('{Korea,Greater China,Asia Pacific,Europe,Americas}'::text[])[1 + n % 5] AS region
      FROM generate_series(1, 60) AS n) AS drawn
JOIN region USING (region)
JOIN (SELECT region, min(zone) AS zone FROM account GROUP BY region) AS zones USING (region)
JOIN team USING (region),
LATERAL pg_temp.person(language, 100 + n, lower(replace(company, ' ', '')) || '.example') AS person;

INSERT INTO records
SELECT 'account', account_id, name, owner_id, NULL, 'active',
       (:'as_of'::date - 731 - floor(900 * pg_temp.uniform('account age', account_id))::int) + time '10:00', NULL, NULL,
         NULL,
       jsonb_build_object('industry', industry, 'region', region, 'size', employees)
FROM account ORDER BY account_id;

INSERT INTO records
SELECT 'contact', contact_id, contact.name, owner_id, account_id, 'active',
       (:'as_of'::date - 731 - floor(500 * pg_temp.uniform('contact age', contact_id))::int) + time '11:00', NULL, NULL,
         NULL,
       jsonb_build_object('industry', industry, 'region', region)
FROM contact JOIN account USING (account_id) ORDER BY contact_id;

INSERT INTO records
SELECT 'opportunity', deal_id, split_part(name, ' (', 1) || ': ' || product || ', ' || seats || ' seats',
       deal.owner_id, account_id, state, created_on + time '07:30', ended_on + time '17:59',
       CASE WHEN state <> 'open' THEN ended_on + floor(21 * (pg_temp.uniform('guess', deal_id) - 0.7))::int
            WHEN fate = 'dead' THEN created_on + 90
            ELSE :'as_of'::date + 3 + floor(110 * pg_temp.uniform('guess', deal_id))::int END,
       amount,
       jsonb_build_object('industry', industry, 'region', region, 'size', employees, 'product', product, 'amount',
         amount)
       -- Nobody wrote down where a few deals came from.
       || CASE WHEN pg_temp.uniform('source known', deal_id) < 0.96 THEN jsonb_build_object('source', source)
         ELSE '{}' END
FROM deal JOIN account USING (account_id), LATERAL (SELECT (seats * 12 *
       CASE product WHEN 'Desk' THEN 18 WHEN 'Flow' THEN 26 ELSE 41 END)::numeric AS amount) AS price
ORDER BY deal_id;

INSERT INTO records
SELECT 'lead', lead_id, name, owner_id, NULL, state, created_on + time '07:30', ended_on + time '17:59', NULL, NULL,
       jsonb_build_object('industry', industry, 'region', region, 'size', employees, 'source', source)
FROM prospect ORDER BY lead_id;

INSERT INTO record_parties
SELECT record_type, record_id, 'us', owner_id, 'owner' FROM records
UNION ALL SELECT 'account', account_id, 'them', party_id, CASE place WHEN 1 THEN 'primary_contact' ELSE 'contact' END
          FROM contact
UNION ALL SELECT 'contact', contact_id, 'them', party_id, 'contact' FROM contact
UNION ALL SELECT 'lead', lead_id, 'them', party_id, 'contact' FROM prospect
UNION ALL SELECT 'opportunity', deal_id, 'us', party_id, 'team' FROM deal, unnest(us[2:]) AS party_id
UNION ALL SELECT 'opportunity', deal_id, 'them', party_id, CASE place WHEN 1 THEN 'contact' ELSE 'stakeholder' END
          FROM deal, unnest(them) WITH ORDINALITY AS buyer (party_id, place)
UNION ALL SELECT 'opportunity', deal_id, 'them', party_id, 'primary_contact'
          FROM deal JOIN contact USING (account_id) WHERE place = 1;

---- 4. Spells: a record gets some attention for some time

-- eagerness: how likely the customer answers an e-mail; reply_hours: the median time that takes; mood: mean sentiment.
CREATE TEMP TABLE spell (
  spell_id bigint PRIMARY KEY, record_type text, record_id bigint, region text, zone text, us text[], them text[],
  first_day date, last_day date, episodes int, eagerness double precision, reply_hours double precision,
  mood double precision, topic text, seats int) ON COMMIT DROP;
INSERT INTO spell
SELECT row_number() OVER (ORDER BY record_id, them[1] COLLATE "C", first_day, eagerness), spells.* FROM (
  -- A deal from its start to its end or to as_of; a dead one for its first two months. Customers who will buy answer
  -- sooner and more; those who will not lose interest.
  SELECT 'opportunity' AS record_type, deal_id AS record_id, region, zone, us, them, created_on AS first_day, last_day,
         3 + ((last_day - created_on) / 3.8 * exp(0.35 * pg_temp.normal('effort', deal_id)))::int AS episodes,
         CASE WHEN state = 'won' THEN 0.88 WHEN state = 'lost' THEN 0.62 WHEN fate = 'dead' THEN 0.35 ELSE 0.78 END
           AS eagerness,
         reply_hours * CASE state WHEN 'won' THEN 0.7 WHEN 'lost' THEN 1.4 ELSE 1 END AS reply_hours,
         CASE state WHEN 'won' THEN 0.3 WHEN 'lost' THEN -0.1 ELSE 0.1 END AS mood,
         'sale' AS topic, seats
  FROM deal JOIN account USING (account_id),
       LATERAL (SELECT CASE fate WHEN 'dead' THEN created_on + 60
                                 ELSE coalesce(ended_on, :'as_of'::date) END AS last_day) AS life
  UNION ALL  -- A hot deal's last two weeks, on top.
  SELECT 'opportunity', deal_id, region, zone, us, them, greatest(created_on, :'as_of'::date - 14), :'as_of'::date, 7,
         0.93, 0.4 * reply_hours, 0.4, 'sale', seats
  FROM deal JOIN account USING (account_id) WHERE fate = 'hot'
  UNION ALL  -- Care for the people we know, deal or not; one in ten is left alone.
  SELECT CASE WHEN pg_temp.uniform('care about', contact_id) < 0.6 THEN 'contact' ELSE 'account' END,
         CASE WHEN pg_temp.uniform('care about', contact_id) < 0.6 THEN contact_id ELSE account_id END,
         region, zone, ARRAY[owner_id], ARRAY[party_id], :'as_of'::date - 730, :'as_of'::date,
         greatest(0, 20 * pg_temp.uniform('care', contact_id) - 2)::int, 0.75, reply_hours, 0.15, 'care', employees / 10
  FROM contact JOIN account USING (account_id)
  UNION ALL  -- A lead until it is decided.
  SELECT 'lead', lead_id, region, zone, ARRAY[owner_id], ARRAY[party_id], created_on,
    coalesce(ended_on, :'as_of'::date),
         2 + floor(7 * pg_temp.uniform('lead effort', lead_id))::int,
         CASE state WHEN 'disqualified' THEN 0.4 ELSE 0.8 END, 8, 0.05, 'sale', greatest(10, employees / 10)
  FROM prospect) AS spells;

---- 5. Episodes: a thread, a call, a meeting or a task

CREATE TEMP TABLE topic (topic text, language text, subjects text[], PRIMARY KEY (topic, language)) ON COMMIT DROP;
INSERT INTO topic VALUES
  ('sale', 'en', ARRAY['pricing for % seats', 'quote for % seats', 'pilot with one team', 'security questionnaire',
    'single sign-on', 'contract draft', 'questions from our legal team', 'moving data from the old system',
      'next steps',
    'product demonstration', 'payment terms', 'discount for % seats over two years', 'decision and timeline',
    'integration with our CRM', 'who signs on your side?']),
  ('sale', 'ko', ARRAY['%석 견적 문의', '%석 가격 제안', '시범 사용 일정', '보안 점검표', '통합 로그인 관련', '계약서 초안',
    '법무팀 질의 사항', '기존 데이터 이전', '다음 단계 논의', '제품 시연', '결제 조건', '2년 약정 할인 (%석)', '도입 일정']),
  ('sale', 'zh', ARRAY['% 个席位的报价', '% 个席位的价格方案', '试用安排', '安全调查表', '单点登录', '合同草案', '法务部门的问题',
    '旧系统数据迁移', '下一步安排', '产品演示', '付款条件', '两年合约折扣（% 个席位）', '上线时间表']),
  ('care', 'en', ARRAY['training for new colleagues', 'renewal next quarter', 'invoice question', 'quarterly review',
    'a slow report', 'new release', 'user meeting in Seoul', 'adding % seats', 'change of contact person']),
  ('care', 'ko', ARRAY['신규 사용자 교육', '계약 갱신 안내', '세금계산서 문의', '분기 점검', '보고서 속도 문의', '새 버전 안내',
    '사용자 모임 초대', '%석 추가', '담당자 변경']),
  ('care', 'zh', ARRAY['新员工培训', '续约事宜', '发票问题', '季度回顾', '报表速度问题', '新版本说明', '用户大会邀请', '增加 % 个席位',
    '联系人变更']);

-- Filed is false where nobody filed the activity under the record: then only the people in it lead there.
CREATE TEMP TABLE episode (
  episode_id bigint PRIMARY KEY, spell_id bigint, kind text, by_us boolean, starts_at timestamptz, status text,
  seller text, colleague text, buyer text, other_buyer text, subject text, language text, filed boolean) ON COMMIT DROP;

CREATE FUNCTION pg_temp.subject(topic text, language text, seats int, u double precision) RETURNS text
STABLE LANGUAGE sql AS $$
  SELECT replace(pg_temp.pick(subjects, u), '%', seats::text) FROM topic AS t WHERE t.topic = $1 AND t.language = $2
$$;

INSERT INTO episode
WITH drawn AS (
    SELECT row_number() OVER (ORDER BY spell_id, n) AS episode_id, n, spell.*, r.holidays, r.calls_from, r.calls_to,
      -- Two in three Korean and Chinese threads are in their own language.
      CASE WHEN pg_temp.uniform('language', spell_id, n) < 0.67 THEN r.language ELSE 'en' END AS language,
      pg_temp.uniform('kind', spell_id, n) AS kind_u, pg_temp.uniform('initiator', spell_id, n) AS by_u
    FROM spell JOIN region AS r USING (region), generate_series(1, episodes) AS n),
  kinds AS (
    SELECT *,
      CASE WHEN kind_u < 0.44 THEN 'email' WHEN kind_u < 0.765 THEN 'phone_call' WHEN kind_u < 0.975 THEN 'meeting'
             WHEN kind_u < 0.996 THEN 'task' ELSE 'other' END AS kind,
      first_day + floor((last_day - first_day) * pg_temp.uniform('day', spell_id, n))::int AS day
    FROM drawn),
  started AS (
    SELECT *,
      CASE kind WHEN 'task' THEN true WHEN 'other' THEN false ELSE by_u < CASE kind WHEN 'email' THEN 0.66 ELSE 0.74 END
        END AS by_us
    FROM kinds),
  -- E-mails start in the writer's office hours; calls and meetings when both sides are awake.
  timed AS (
    SELECT *,
      CASE WHEN kind = 'email' AND NOT by_us
             THEN (pg_temp.workday_near(day, holidays, by_u) + time '09:00' + round(32400 * hour_u) * interval '1 '
               'second')
                  AT TIME ZONE zone
             WHEN kind IN ('email', 'task')
             THEN pg_temp.workday_near(day, 'kr', by_u) + time '09:00' + round(32400 * hour_u) * interval '1 second'
             WHEN kind = 'phone_call'
             THEN pg_temp.workday_near(day, 'kr', by_u) + calls_from
                  + round(extract(epoch FROM calls_to - calls_from)::double precision * hour_u) * interval '1 second'
             ELSE pg_temp.workday_near(day, 'kr', by_u) + calls_from
                  + floor(extract(epoch FROM calls_to - calls_from)::double precision / 1800 * hour_u) * interval '30 '
                    'minutes'
        END::timestamptz AS starts_at
    FROM started, LATERAL (SELECT pg_temp.uniform('hour', spell_id, n) AS hour_u) AS hour)
SELECT episode_id, spell_id, kind, by_us, starts_at,
       CASE WHEN pg_temp.uniform('cancelled', episode_id)
                 < CASE kind WHEN 'meeting' THEN 0.07 WHEN 'phone_call' THEN 0.02 ELSE 0 END
            THEN 'cancelled' ELSE 'completed' END,
       us[seller_no], us[3 - seller_no], them[buyer_no], them[1 + buyer_no % cardinality(them)],
       pg_temp.subject(topic, language, seats, pg_temp.uniform('subject', episode_id)), language,
       record_type <> 'opportunity' OR pg_temp.uniform('filed', episode_id) < 0.88
FROM timed,
     LATERAL (SELECT 1 + (cardinality(us) > 1 AND pg_temp.uniform('seller', episode_id) < 0.25)::int AS seller_no,
                     1 + floor(cardinality(them) * pg_temp.uniform('buyer', episode_id) ^ 1.5)::int AS buyer_no)
                       AS people
WHERE starts_at < :'as_of'::date::timestamptz;

-- What is planned: about 60 meetings, calls and tasks of open deals and active leads, dead deals apart.
INSERT INTO episode
SELECT 100000 + row_number() OVER (ORDER BY spell_id), spell_id, kind, true,
       (pg_temp.workday_near(:'as_of'::date + 1 + floor(25 * pg_temp.uniform('planned day', spell_id) ^ 1.5)::int, 'kr',
         u)
        + calls_from + floor(4 * u) * interval '30 minutes')::timestamptz,
       'scheduled', us[1], us[2], them[1], them[2],
       pg_temp.subject(topic, language, seats, pg_temp.uniform('planned subject', spell_id)), language, true
FROM (SELECT spell.*, calls_from, language, pg_temp.uniform('planned', spell_id) AS u,
             pg_temp.pick('{meeting,meeting,meeting,phone_call,phone_call,task}'::text[],
                          pg_temp.uniform('planned kind', spell_id)) AS kind
      FROM spell JOIN region USING (region)
      WHERE (record_type IN ('opportunity', 'lead')) AND last_day = :'as_of'::date
      ORDER BY pg_temp.uniform('is planned', spell_id) LIMIT 60) AS planned;
ANALYZE episode;

---- 6. E-mail threads grow reply by reply

-- Mostly the other side answers, after a log-normal time and in its office hours (now and then at night or on a
-- Sunday). Else the same side adds something within minutes or reminds after days. Where nobody goes on, the thread
-- ends: its length is geometric, and whoever wrote last may wait for ever.
CREATE TEMP TABLE mail ON COMMIT DROP AS
WITH RECURSIVE mail AS (
  SELECT episode_id, 1::bigint AS step, by_us, starts_at AS sent_at FROM episode WHERE kind = 'email'
  UNION ALL
  SELECT episode_id, step + 1, next.by_us,
         CASE WHEN pg_temp.uniform('at night', episode_id, step) < 0.03 THEN sent_at + delay
              ELSE pg_temp.in_office_hours(sent_at + delay, CASE WHEN next.by_us THEN 'Asia/Seoul' ELSE zone END,
                                           CASE WHEN next.by_us THEN 'kr' ELSE holidays END,
                                           pg_temp.uniform('morning', episode_id, step)) END
  FROM mail
  JOIN episode USING (episode_id) JOIN spell USING (spell_id) JOIN region USING (region)
  JOIN seller ON party_id = episode.seller,
  LATERAL (SELECT pg_temp.uniform('answered', episode_id, step) < 0.87 AS answered) AS turn,
  LATERAL (SELECT answered <> mail.by_us AS by_us,
                  CASE WHEN NOT answered THEN 0.45
                       WHEN mail.by_us THEN spell.eagerness * CASE step WHEN 1 THEN 1 ELSE 0.95 END
                       ELSE seller.diligence * CASE step WHEN 1 THEN 1 ELSE 0.93 END END AS goes_on,
                  interval '1 second' * round(30 + 3600 * CASE
                    WHEN answered AND mail.by_us
                      THEN spell.reply_hours * exp(1.3 * pg_temp.normal('delay', episode_id, step))
                    WHEN answered THEN seller.reply_hours * exp(1.1 * pg_temp.normal('delay', episode_id, step))
                    WHEN pg_temp.uniform('adds', episode_id, step) < 0.4
                      THEN 0.03 + 0.25 * pg_temp.uniform('delay', episode_id, step)
                    ELSE 48 + 96 * pg_temp.uniform('delay', episode_id, step) END) AS delay) AS next
  WHERE step < 30 AND pg_temp.uniform('goes on', episode_id, step) < goes_on
    AND sent_at + delay < :'as_of'::date::timestamptz)
SELECT * FROM mail WHERE sent_at < :'as_of'::date::timestamptz;

---- 7. Activities

-- Every activity to be, with where it comes from. role: mail, absence (an automatic reply), accepted (a calendar's
-- notice), internal (among ourselves), or live for all that is not e-mail.
CREATE TEMP TABLE happening (
  episode_id bigint, step bigint, role text, kind text, by_us boolean, occurred_at timestamptz, status text,
  duration interval, thread_id bigint, subject text, activity_id bigint, PRIMARY KEY (episode_id, role, step))
    ON COMMIT DROP;

INSERT INTO happening
SELECT episode_id, step, 'mail', 'email', mail.by_us, sent_at, 'completed', NULL,
       -- A gateway loses the thread of a few.
       CASE WHEN pg_temp.uniform('thread lost', episode_id, step) >= 0.004 THEN 500000 + episode_id END,
       CASE step WHEN 1 THEN '' ELSE 'Re: ' END || subject
FROM mail JOIN episode USING (episode_id);

INSERT INTO happening
SELECT episode_id, step, 'absence', 'email', false, sent_at + interval '40 seconds', 'completed', NULL,
  500000 + episode_id,
       CASE language WHEN 'ko' THEN '자동 회신: ' WHEN 'zh' THEN '自动答复: ' ELSE 'Automatic reply: ' END || subject
FROM mail JOIN episode USING (episode_id)
WHERE mail.by_us AND pg_temp.uniform('absent', episode_id, step) < 0.012;

INSERT INTO happening
SELECT episode_id, 1, 'accepted', 'email', false,
       starts_at - interval '1 day' * (1 + pg_temp.uniform('accepts', episode_id)), 'completed', NULL, NULL,
       'Accepted: ' || subject
FROM episode JOIN spell USING (spell_id)
WHERE kind = 'meeting' AND by_us AND status <> 'scheduled' AND starts_at::date - 3 >= first_day
  AND extract(isodow FROM starts_at) BETWEEN 3 AND 5 AND pg_temp.uniform('notifies', episode_id) < 0.06;

INSERT INTO happening
SELECT episode_id, 1, 'internal', 'email', true, starts_at + interval '1 hour', 'completed', NULL, 600000 + episode_id,
       CASE WHEN pg_temp.uniform('internal subject', episode_id) < 0.5 THEN 'Internal: discount to approve, '
            ELSE 'Internal: notes, ' END || subject
FROM episode
WHERE kind IN ('meeting', 'phone_call') AND status = 'completed' AND colleague IS NOT NULL
  AND starts_at + interval '1 hour' < :'as_of'::date::timestamptz AND pg_temp.uniform('internal', episode_id) < 0.1;

INSERT INTO happening
SELECT episode_id, 1, 'live', kind, by_us, starts_at, status,
       CASE kind
         WHEN 'meeting' THEN pg_temp.pick('{30,30,45,60,60,60,90}'::int[], u) * interval '1 minute'
         WHEN 'phone_call' THEN least(5400, round(480 * exp(0.9 * pg_temp.normal('call', episode_id)))) * interval '1 '
           'second'
         WHEN 'task' THEN pg_temp.pick('{10,20,30,60}'::int[], u) * interval '1 minute'
         ELSE interval '2 hours' END,
       NULL,
       CASE kind WHEN 'task' THEN 'Prepare: ' WHEN 'other' THEN 'Visit to our stand: ' ELSE '' END || subject
FROM episode, LATERAL (SELECT pg_temp.uniform('length', episode_id) AS u) AS length
WHERE kind <> 'email';

UPDATE happening SET activity_id = numbered.activity_id
FROM (SELECT episode_id, step, role,
             row_number() OVER (ORDER BY occurred_at, episode_id, role COLLATE "C", step) AS activity_id
      FROM happening) AS numbered
WHERE happening.episode_id = numbered.episode_id AND happening.role = numbered.role AND happening.step = numbered.step;

-- A followed e-mail that the customer answers next has been opened.
INSERT INTO activities
SELECT activity_id, kind, CASE WHEN by_us THEN 'outbound' ELSE 'inbound' END, occurred_at, status, duration,
       thread_id, subject, CASE WHEN filed THEN record_type END, CASE WHEN filed THEN record_id END,
       followed,
       CASE WHEN followed THEN opens END,
       CASE WHEN followed THEN CASE WHEN opens > 0 AND u < 0.30 THEN 1 + floor(8 * u)::int ELSE 0 END END,
       CASE WHEN followed THEN CASE WHEN opens > 0 AND u > 0.75 THEN 1 + floor(10 * (1 - u))::int ELSE 0 END END,
       CASE WHEN followed THEN replied::int END,
       role IN ('absence', 'accepted'),
       -- What customers write and say, as a text analysis would judge it.
       CASE WHEN status = 'completed' AND (role = 'mail' AND NOT by_us OR role = 'live' AND kind = 'meeting'
         AND u < 0.5)
            THEN round(100 * greatest(-1, least(1, mood + 0.35 * pg_temp.normal('sentiment', activity_id)))) / 100 END
FROM (SELECT happening.*, filed, record_type, record_id, mood,
             role = 'mail' AND happening.by_us AND pg_temp.uniform('followed', activity_id) < 0.45 AS followed,
             coalesce(NOT lead(happening.by_us) OVER (PARTITION BY episode_id, role ORDER BY step), false) AS replied,
             pg_temp.uniform('reads', activity_id) AS u
      FROM happening JOIN episode USING (episode_id) JOIN spell USING (spell_id)) AS told,
     LATERAL (SELECT CASE WHEN replied OR pg_temp.uniform('opens', activity_id) < 0.55
                          THEN 1 + floor(5 * pg_temp.uniform('opened', activity_id) ^ 3)::int ELSE 0 END AS opens)
                            AS seen
ORDER BY activity_id;

---- 8. Participants

-- The pair: who started it, and with whom.
INSERT INTO participants
SELECT activity_id, side, party_id,
       CASE WHEN (side = 'us') = h.by_us
            THEN CASE h.kind WHEN 'meeting' THEN 'organizer' ELSE 'from' END
            ELSE CASE h.kind WHEN 'meeting' THEN 'required' ELSE 'to' END END
FROM happening AS h JOIN episode USING (episode_id),
     LATERAL (VALUES ('us', seller), ('them', buyer)) AS pair (side, party_id)
WHERE role <> 'internal' AND NOT (h.kind = 'task' AND side = 'them' AND pg_temp.uniform('task for', activity_id) < 0.7)
ORDER BY activity_id, side;

-- Others on copy (a whole thread long), or in the meeting. A thread's copies are decided once, by its episode.
INSERT INTO participants
SELECT activity_id, side, party_id,
       CASE WHEN h.kind = 'email' THEN 'cc' WHEN pg_temp.uniform('required', activity_id) < 0.6 THEN 'required'
            ELSE 'optional' END
FROM happening AS h JOIN episode USING (episode_id),
     LATERAL (VALUES ('us', nullif(colleague, seller), 0.30), ('them', nullif(other_buyer, buyer), 0.35))
       AS other (side, party_id, share)
WHERE role IN ('mail', 'live') AND h.kind IN ('email', 'meeting') AND party_id IS NOT NULL
  AND pg_temp.uniform('joins ' || side, episode_id) < CASE h.kind WHEN 'email' THEN share ELSE 2 * share END
ORDER BY activity_id, side;

-- Mail among ourselves has nobody of the customer. The sales director gets some blind copies.
INSERT INTO participants
SELECT activity_id, 'us', party_id, role_there
FROM happening JOIN episode USING (episode_id),
     LATERAL (VALUES (seller, 'from'), (colleague, 'to')) AS both_of_us (party_id, role_there)
WHERE role = 'internal'
ORDER BY activity_id, role_there COLLATE "C";

INSERT INTO participants
SELECT activity_id, 'us', 'kim.minji@hanbit.example', 'bcc'
FROM happening JOIN episode USING (episode_id)
WHERE role = 'mail' AND happening.by_us AND 'kim.minji@hanbit.example' NOT IN (seller, coalesce(colleague, ''))
  AND pg_temp.uniform('blind copy', activity_id) < 0.03
ORDER BY activity_id;

-- And on purpose: in eight e-mails the addressee is named once more, on copy.
INSERT INTO participants
SELECT activity_id, 'them', buyer, 'cc'
FROM happening JOIN episode USING (episode_id)
WHERE role = 'mail' AND happening.by_us
ORDER BY pg_temp.uniform('named twice', activity_id) LIMIT 8;

---- 9. Indexes and the closing line

-- A record's activities: those filed under it ...
CREATE INDEX activities_regarding ON activities (regarding_type, regarding_id);
-- ... and those in which its people take part.
CREATE INDEX record_parties_party ON record_parties (side, party_id);
CREATE INDEX participants_party ON participants (side, party_id);
CREATE INDEX participants_activity ON participants (activity_id);
-- "Last week", "since March".
CREATE INDEX activities_occurred_at ON activities (occurred_at);
CREATE INDEX records_account ON records (account_id);
COMMENT ON INDEX activities_regarding IS 'The activities filed under a record';
COMMENT ON INDEX record_parties_party IS 'The records of a person';
COMMENT ON INDEX participants_party IS 'The activities of a person';
COMMENT ON INDEX participants_activity IS 'The people of an activity';
COMMENT ON INDEX activities_occurred_at IS 'The activities of a span of time';
COMMENT ON INDEX records_account IS 'The contacts and opportunities of an account';
COMMENT ON SCHEMA demo IS 'The CRM of an invented company, generated by company.sql of pg_relinsights';

DROP VIEW team;
DROP FUNCTION pg_temp.subject, pg_temp.person, pg_temp.in_office_hours, pg_temp.workday_near, pg_temp.pick,
  pg_temp.normal, pg_temp.uniform;
ANALYZE activities, participants, records, record_parties;

SELECT format(E'demo: %s accounts, %s contacts, %s opportunities, %s leads, %s sellers; '
              '\n  %s activities up to %s and %s scheduled after it',
              (SELECT count(*) FROM account), (SELECT count(*) FROM contact), (SELECT count(*) FROM deal),
              (SELECT count(*) FROM prospect), (SELECT count(*) FROM seller),
              (SELECT count(*) FROM activities WHERE status <> 'scheduled'), :'as_of',
              (SELECT count(*) FROM activities WHERE status = 'scheduled')) AS closing_line \gset
COMMIT;
\echo :closing_line
\set QUIET :quiet_before
