"""What hangs on a city's needs and capabilities, in proportion, as SQL: each statement writes one kind of row.

`{enterprise}` and the like are the cast's ids. Pools take four published needs each; one takes sixty.
"""

from django.db import connection, transaction

from tests.factories import STAFF, Cast

PUBLISHED = "status = 'published' AND visibility IN ('public', 'verified')"
STATEMENTS = {
    "decisions": """
        INSERT INTO scenarios_moderationdecision
            (subject_type, subject_id, subject_version, account_id, verdict, reasons, note, created_at)
        SELECT 'need', id, 1, {moderator}, 'approve', '{{}}'::jsonb, '', submitted_at + interval '1 day'
        FROM scenarios_need WHERE approved_by_id IS NOT NULL AND code LIKE 'XQ-2026-%'
        UNION ALL SELECT 'capability', id, 1, {moderator}, 'approve', '{{}}'::jsonb, '', submitted_at + interval '1 day'
        FROM marketplace_capability WHERE verified_by_id IS NOT NULL""",
    "events of needs": """
        INSERT INTO scenarios_event (at, kind, actor_id, subject_type, subject_id, subject_code, changed, data)
        SELECT submitted_at + days * interval '1 day', 'need.' || kind, {moderator}, 'need', id, code, '{{}}', '{{}}'
        FROM scenarios_need
        CROSS JOIN (VALUES (0, 'submitted'), (0, 'checked'), (1, 'approved'), (2, 'published'), (90, 'landed'))
            AS steps (days, kind)
        WHERE submitted_at IS NOT NULL AND (days = 0 OR days < 90 AND published_at IS NOT NULL
            OR status IN ('landed', 'closed'))""",
    "events of capabilities": """
        INSERT INTO scenarios_event (at, kind, actor_id, subject_type, subject_id, subject_code, changed, data)
        SELECT submitted_at + days * interval '1 day', 'capability.' || kind, {moderator}, 'capability', id, code,
            '{{}}', '{{}}'
        FROM marketplace_capability
        CROSS JOIN (VALUES (0, 'submitted'), (1, 'verified'), (2, 'published')) AS steps (days, kind)
        WHERE submitted_at IS NOT NULL AND (days = 0 OR published_at IS NOT NULL)""",
    "deliveries": """
        INSERT INTO scenarios_delivery (topic, task, queue, payload, state, attempts, generation, error, finished_at)
        SELECT 'need.published', 'scenarios.tasks.index_needs', 'batch', '{{}}', 'done', 1, 1, '', now()
        FROM generate_series(1, 50000)""",
    "places": """
        INSERT INTO scenarios_needplace (need_id, x, y, index_build_id)
        SELECT id, random() * 2 - 1, random() * 2 - 1, (SELECT number FROM scenarios_indexbuild WHERE live)
        FROM scenarios_need WHERE {published} ON CONFLICT DO NOTHING""",
    "pools": """
        WITH chosen AS (
            SELECT *, row_number() OVER (ORDER BY owner_id, id) AS place FROM (
                SELECT id, owner_id, quantity_unit FROM scenarios_need
                WHERE {published} AND NOT EXISTS (SELECT FROM scenarios_demandmember WHERE need_id = scenarios_need.id)
                    AND owner_id <> '{enterprise_org}' ORDER BY random() LIMIT 2400
            ) AS picked
        ), pools AS (
            INSERT INTO scenarios_mergeddemand
                (id, code, version, created_at, updated_at, title_zh, title_en, status, manager_id, core_version, unit,
                threshold_quantity, deadline, deadline_generation, formed_at, on_fail, after_extension,
                disclosure, reason, end_ground)
            SELECT gen_random_uuid(), 'HB-2026-' || to_char(1000 + pool, 'FM0000'), 1, now(), now(),
                '同类需求池' || pool, '',
                (ARRAY['formed', 'formed', 'threshold_met', 'frozen', 'called'])[1 + pool % 5],
                {manager}, 1, 'line', 20 + pool % 80, now() + (pool % 90) * interval '1 day',
                1, now() - (pool % 300) * interval '1 day', 'extend', 'split',
                (ARRAY['named', 'anonymous'])[1 + pool % 2], '', ''
            FROM generate_series(0, 585) AS pool
            RETURNING id, code, unit
        ), numbered AS (
            SELECT id, row_number() OVER (ORDER BY code) - 1 AS pool FROM pools
        ), members AS (
            INSERT INTO scenarios_demandmember (demand_id, need_id, joined_at)
            SELECT numbered.id, chosen.id, now() - interval '20 days' FROM chosen
            JOIN numbered ON numbered.pool = CASE WHEN chosen.place <= 60 THEN 0 ELSE 1 + (chosen.place - 61) / 4 END
            RETURNING demand_id, need_id
        ), cores AS (
            INSERT INTO scenarios_coreversion
                (demand_id, version, title_zh, title_en, problem, boundary_in, boundary_out, indicators, treatments,
                created_by_id, created_at)
            SELECT id, 1, '同类需求共同核心', '', '各厂的同类质检任务合并。', '外观缺陷', '不含内部探伤', '[]', '[]',
                {manager}, now() FROM pools
        )
        INSERT INTO scenarios_consent
            (demand_id, organisation_id, core_version, state, reservation, decided_by_id, decided_at, invited_at,
            answer_by)
        SELECT DISTINCT members.demand_id, chosen.owner_id, 1, 'accepted', '', {enterprise}, now(), now(),
            now() + interval '9 days'
        FROM members JOIN chosen ON chosen.id = members.need_id""",
    "marks": """
        INSERT INTO scenarios_scalemark (demand_id, capability_id, quantity, unit, matches, created_at)
        SELECT pool.id, caps.ids[1 + (hashint8(mark * 7919 + pool.place) & 2147483647) % cardinality(caps.ids)],
            10 + mark * 15, 'line', true, now()
        FROM (SELECT id, row_number() OVER () AS place FROM scenarios_mergeddemand WHERE formed_at IS NOT NULL) AS pool
        CROSS JOIN generate_series(1, 5) AS mark, {capabilities} AS caps
        ON CONFLICT DO NOTHING""",
    "suggestions for needs": """
        INSERT INTO marketplace_suggestion ({suggested}, need_id)
        SELECT {suggestion}, need.id
        FROM (SELECT id, row_number() OVER () AS place FROM scenarios_need WHERE {published}) AS need
        CROSS JOIN generate_series(1, 15) AS rank, {capabilities} AS caps
        ON CONFLICT DO NOTHING""",
    "suggestions for pools": """
        INSERT INTO marketplace_suggestion ({suggested}, demand_id)
        SELECT {suggestion}, need.id
        FROM (SELECT id, row_number() OVER () AS place FROM scenarios_mergeddemand WHERE status <> 'drafted') AS need
        CROSS JOIN generate_series(1, 15) AS rank, {capabilities} AS caps
        ON CONFLICT DO NOTHING""",
    "calls": """
        INSERT INTO scenarios_call
            (id, code, version, created_at, updated_at, title_zh, title_en, kind, need_id, demand_id, summary,
            indicators, quantity, quantity_unit, quantity_band, budget_cap, eligibility, consortium_allowed, opens_at,
            question_deadline, closes_at, deadline_generation, publicity_days, criteria, lots, winners, terms_version,
            fair_competition, status, author_id, reviewed_by_id, approved_by_id, rework_reason, cancelled_reason,
            cancelled_ground)
        SELECT gen_random_uuid(), 'FB-2026-' || to_char(1000 + place, 'FM0000'), 1, now(), now(),
            title_zh, '', 'open_list', need_id, demand_id, '请能力方就此提出方案。', '[]', 12, 'line', '',
            200, '[]', true, now() - (40 + place % 300) * interval '1 day', NULL,
            now() + (CASE WHEN place % 2 = 0 THEN 1 ELSE -1 END) * (1 + place % 30) * interval '1 day', 1, 5,
            '[{{"name": "方案", "weight": "60"}}, {{"name": "价格", "weight": "40"}}]', '[]', 1, 1, '{{}}',
            CASE WHEN place % 2 = 0 THEN 'open' ELSE 'closed' END, {manager}, {moderator}, {publisher}, '', '', ''
        FROM (
            SELECT row_number() OVER () AS place, * FROM (
                SELECT NULL::uuid AS need_id, id AS demand_id, title_zh FROM scenarios_mergeddemand
                WHERE status = 'called' AND NOT EXISTS (
                    SELECT FROM scenarios_call WHERE demand_id = scenarios_mergeddemand.id)
                UNION ALL
                (SELECT id, NULL, title_zh FROM scenarios_need WHERE {published} AND NOT EXISTS (
                    SELECT FROM scenarios_demandmember WHERE need_id = scenarios_need.id
                    UNION ALL SELECT FROM scenarios_call WHERE need_id = scenarios_need.id)
                ORDER BY random() LIMIT 300)
            ) AS sources
        ) AS numbered""",
    "suggestions for calls": """
        INSERT INTO marketplace_suggestion ({suggested}, call_id)
        SELECT {suggestion}, need.id
        FROM (SELECT id, row_number() OVER () AS place FROM scenarios_call WHERE status = 'open') AS need
        CROSS JOIN generate_series(1, 15) AS rank, {capabilities} AS caps
        ON CONFLICT DO NOTHING""",
    "interests": """
        INSERT INTO scenarios_interest
            (id, call_id, organisation_id, message, account_id, state, declared_at, updated_at)
        SELECT gen_random_uuid(), call.id, supplier.id, '我们有同类案例。', {supplier}, 'declared', now(), now()
        FROM (SELECT id, row_number() OVER () AS place FROM scenarios_call WHERE status IN ('open', 'closed')) AS call
        JOIN (SELECT id, row_number() OVER () AS number FROM marketplace_organisation
              WHERE kind = 'supplier') AS supplier
            ON supplier.number % 400 = call.place % 400 OR call.place = 1 AND supplier.number < 60
        ON CONFLICT DO NOTHING""",
    "proposals": """
        WITH proposals AS (
            INSERT INTO scenarios_mergeproposal
                (id, member_key, status, representative_id, score, pairs, core_terms, conflicts, probability_method,
                judgements, index_build_id, created_at, reason, kept_apart)
            SELECT gen_random_uuid(), md5(id::text), 'open', id, 0.5 + random() / 2, '[]', '[["检测", 0.4]]', '[]',
                'prior', 0, (SELECT number FROM scenarios_indexbuild WHERE live), now(), '', false
            FROM scenarios_need WHERE {published} ORDER BY random() LIMIT 600
            RETURNING id, representative_id
        )
        INSERT INTO scenarios_proposalmember (proposal_id, need_id, own_terms)
        SELECT proposals.id, others.id, '[]' FROM proposals
        JOIN scenarios_need AS first ON first.id = representative_id
        CROSS JOIN LATERAL (
            SELECT id FROM scenarios_need WHERE {published} AND domain = first.domain AND id >= first.id
            ORDER BY id LIMIT 3
        ) AS others""",
    "projects": """
        WITH projects AS (
            INSERT INTO marketplace_engagement
                (id, code, version, created_at, updated_at, title_zh, title_en, need_id, capability_id, lead_id,
                proposed_by_id, manager_id, summary, status, reason, started_at, accepted_at, landed_at)
            SELECT gen_random_uuid(), 'LD-2026-' || to_char(1000 + place, 'FM0000'), 1,
                now() - place * interval '1 hour', now(), need.title_zh, '', need.id, capability.id,
                capability.owner_id, need.owner_id, {manager}, '按约定指标试点。',
                CASE WHEN place % 3 = 0 THEN 'landed' ELSE 'running' END, '', now() - interval '50 days',
                CASE WHEN place % 3 = 0 THEN now() END, CASE WHEN place % 3 = 0 THEN now() END
            FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM scenarios_need
                  WHERE status IN ('published', 'landed') AND visibility = 'public' LIMIT 500) AS need
            CROSS JOIN {capabilities} AS caps
            JOIN marketplace_capability AS capability
                ON capability.id = caps.ids[1 + (need.place * 7919) % cardinality(caps.ids)]
            RETURNING id, lead_id, proposed_by_id
        ), parties AS (
            INSERT INTO marketplace_party (id, engagement_id, organisation_id, name, role, contact, version)
            SELECT gen_random_uuid(), id, lead_id, '', 'lead', '', 0 FROM projects
            UNION ALL SELECT gen_random_uuid(), id, proposed_by_id, '', 'owner', '', 0 FROM projects
        )
        INSERT INTO marketplace_gate
            (id, version, engagement_id, stage, position, entry, stop_loss, trials, trials_made, cost_cap, spent, state,
            iterations, started_at)
        SELECT gen_random_uuid(), 1, id, stage, place, '样本到位', '漏检率高于 5 %', 1, 0, 5, 1,
            CASE WHEN place = 0 THEN 'running' ELSE 'planned' END, 0, CASE WHEN place = 0 THEN now() END
        FROM projects CROSS JOIN (VALUES (0, 'poc'), (1, 'small')) AS stages (place, stage)""",
    "followings": """
        INSERT INTO scenarios_follow (account_id, subject_type, subject_id, created_at)
        SELECT account, 'need', id, now() FROM unnest(ARRAY[{enterprise}, {supplier}, {manager}]) AS account
        CROSS JOIN (SELECT id FROM scenarios_need WHERE {published} LIMIT 150) AS needs ON CONFLICT DO NOTHING""",
    "notifications": """
        INSERT INTO marketplace_notification (account_id, event_id, path, title_zh, title_en, created_at)
        SELECT account, event.id, '/needs/' || subject_id || '/', '铸件缺陷在线检测', '', at
        FROM unnest(ARRAY[{everybody}]) AS account
        CROSS JOIN (SELECT * FROM scenarios_event WHERE kind = 'need.published' LIMIT 400) AS event
        ON CONFLICT DO NOTHING""",
}
SUGGESTED = (
    "id, capability_id, score, rank, terms, families, verdicts, failed_gates, index_build_id, state, reason, "
    "created_at, updated_at"
)
SUGGESTION = """gen_random_uuid(),
    caps.ids[1 + (hashint8(need.place * 31 + rank) & 2147483647) % cardinality(caps.ids)],
    1.0 / (1 + rank), rank, '[["检测", 0.2], ["缺陷", 0.1], ["相机", 0.05]]', '{"words": 0.3}',
    CASE WHEN rank > 10 THEN '[{"gate": "deploy", "met": false, "asked": "onprem", "offered": "edge"}]'
    ELSE '[]' END::jsonb,
    CASE WHEN rank > 10 THEN '["deploy"]' ELSE '[]' END::jsonb,
    (SELECT number FROM scenarios_indexbuild WHERE live),
    CASE WHEN (need.place + rank) % 11 = 0 THEN 'superseded' ELSE 'open' END, '', now(), now()"""
CAPABILITIES = "(SELECT array_agg(id ORDER BY id) AS ids FROM marketplace_capability WHERE status = 'published')"


def write_market(cast: Cast) -> None:
    """Write everything; needs, capabilities and the index are there already."""
    people = ("enterprise", "supplier", *STAFF)
    ids = {name: getattr(cast, name).pk for name in people} | {"enterprise_org": cast.enterprise_org.pk}
    parts = {"published": PUBLISHED, "suggested": SUGGESTED, "suggestion": SUGGESTION, "capabilities": CAPABILITIES}
    parts["everybody"] = ", ".join(str(ids[name]) for name in people)
    for name, statement in STATEMENTS.items():
        print(f"  {name} …", flush=True)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(statement.format(**ids, **parts))
