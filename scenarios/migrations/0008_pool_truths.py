import uuid

import django.db.models.deletion
from django.db import migrations, models


def give_own_ids(apps, schema_editor):
    """Give the indicators of every core, and of the calls from it, ids that lead to no member."""
    link = apps.get_model("scenarios", "CoreIndicator")
    known = set(apps.get_model("scenarios", "Indicator").objects.values_list("pk", flat=True))
    for demand in apps.get_model("scenarios", "MergedDemand").objects.order_by("pk"):
        own = {}
        for row in (*demand.cores.all(), *demand.calls.all()):
            for one in row.indicators:
                old = one.get("id")
                if old is None or old not in own:
                    source = uuid.UUID(old) if old else None
                    made = link.objects.create(demand=demand, source_id=source if source in known else None)
                    own[old or made.pk] = str(made.pk)
                    old = old or made.pk
                one["id"] = own[old]
            row.save(update_fields=["indicators"])


def give_old_ids(apps, schema_editor):
    sources = dict(apps.get_model("scenarios", "CoreIndicator").objects.values_list("pk", "source"))
    for demand in apps.get_model("scenarios", "MergedDemand").objects.order_by("pk"):
        for row in (*demand.cores.all(), *demand.calls.all()):
            for one in row.indicators:
                one["id"] = str(sources.get(uuid.UUID(one["id"])) or one["id"])
            row.save(update_fields=["indicators"])


def check_now(apps, schema_editor):
    # What is still to be checked at the end of the transaction would keep the tables from being altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ("scenarios", "0007_kept_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreIndicator",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="core_indicators",
                        to="scenarios.mergeddemand",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="scenarios.indicator",
                    ),
                ),
            ],
            options={
                "ordering": ["demand", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("demand", "source"), name="core_indicator_once_per_source")
                ],
            },
        ),
        migrations.RunPython(give_own_ids, give_old_ids),
        migrations.RunPython(check_now, check_now),
        migrations.AlterField(
            model_name='mergeddemand',
            name='unit',
            field=models.CharField(blank=True, choices=[('site', 'sites'), ('line', 'lines'), ('vehicle', 'vehicles'), ('device', 'devices'), ('bed', 'beds'), ('km', 'km'), ('seat', 'seats')], max_length=10, verbose_name='unit'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['rfi', 'open_list', 'bounty', 'race', 'coop_innov'])), name='call_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('quantity_unit__in', ['', 'site', 'line', 'vehicle', 'device', 'bed', 'km', 'seat'])), name='call_quantity_unit_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'reviewed', 'approved', 'open', 'closed', 'cancelled'])), name='call_status_known'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('budget_cap__isnull', True), ('budget_cap__gte', 0), _connector='OR'), name='call_budget_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['invited', 'accepted', 'accepted_with_reservation', 'declined', 'withdrawn'])), name='consent_state_known'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['invited', 'withdrawn']), ('decided_by__isnull', False), _connector='OR'), name='consent_answered_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sent', 'running', 'done', 'quarantined'])), name='delivery_state_known'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.CheckConstraint(condition=models.Q(('treatment__in', ['core', 'module', 'excluded'])), name='difference_treatment_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('subject_type__in', ['need', 'proposal', 'demand', 'call', 'capability', 'organisation', 'suggestion', 'account', 'delivery'])), name='event_subject_type_known'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(('subject_type__in', ['need', 'proposal', 'demand', 'call', 'capability', 'organisation', 'suggestion', 'account', 'delivery'])), name='follow_subject_type_known'),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(('comparator__in', ['ge', 'le', 'eq', 'range'])), name='indicator_comparator_known'),
        ),
        migrations.AddConstraint(
            model_name='interest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['declared', 'withdrawn'])), name='interest_state_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['drafted', 'consenting', 'formed', 'threshold_met', 'threshold_missed', 'frozen', 'called', 'landed', 'split', 'dissolved'])), name='demand_status_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['', 'site', 'line', 'vehicle', 'device', 'bed', 'km', 'seat'])), name='demand_unit_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(('on_fail__in', ['extend', 'split', 'dissolve'])), name='demand_on_fail_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(('after_extension__in', ['split', 'dissolve'])), name='demand_after_extension_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(('disclosure__in', ['named', 'anonymous'])), name='demand_disclosure_known'),
        ),
        migrations.AddConstraint(
            model_name='mergeddemand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['formed', 'threshold_met', 'frozen', 'called', 'landed']), _negated=True), ('formed_at__isnull', False), _connector='OR'), name='demand_formed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='mergeproposal',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'accepted', 'dismissed', 'superseded'])), name='proposal_status_known'),
        ),
        migrations.AddConstraint(
            model_name='moderationdecision',
            constraint=models.CheckConstraint(condition=models.Q(('subject_type__in', ['need', 'proposal', 'demand', 'call', 'capability', 'organisation', 'suggestion', 'account', 'delivery'])), name='decision_subject_type_known'),
        ),
        migrations.AddConstraint(
            model_name='moderationdecision',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['approve', 'return', 'supervise', 'suspend'])), name='decision_verdict_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('domain__in', ['', 'transport', 'manufacturing', 'health', 'home', 'city', 'other'])), name='need_domain_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('track__in', ['', 'sensing', 'iov', 'iiot'])), name='need_track_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('quantity_unit__in', ['', 'site', 'line', 'vehicle', 'device', 'bed', 'km', 'seat'])), name='need_quantity_unit_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('data_state__in', ['', 'none', 'sample', 'partial', 'full'])), name='need_data_state_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('data_class__in', ['', 'public', 'internal', 'personal', 'sensitive', 'important'])), name='need_data_class_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('deploy__in', ['', 'onprem', 'edge', 'cloud_cn', 'any'])), name='need_deploy_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('funding__in', ['', 'self', 'fiscal', 'fund', 'mixed', 'invest_later'])), name='need_funding_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('cooperation__in', ['', 'purchase', 'pilot_buy', 'joint_build', 'joint_rnd'])), name='need_cooperation_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('adoption__in', ['', 'buy_if_met', 'budgeted', 'explore'])), name='need_adoption_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('risk_tier__in', ['', 'R1', 'R2', 'R3', 'R4'])), name='need_risk_tier_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('merge_pref__in', ['open', 'ask', 'no'])), name='need_merge_pref_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('visibility__in', ['public', 'verified', 'parties', 'staff'])), name='need_visibility_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'submitted', 'checked', 'returned', 'approved', 'published', 'suspended', 'withdrawn', 'expired', 'landed', 'closed'])), name='need_status_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['form', 'api', 'file'])), name='need_source_known'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('budget_min__isnull', True), ('budget_min__gte', 0), _connector='OR'), models.Q(('budget_max__isnull', True), ('budget_max__gte', 0), _connector='OR'), models.Q(('value_amount__isnull', True), ('value_amount__gte', 0), _connector='OR')), name='need_money_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(('start_by__isnull', True), ('finish_by__isnull', True), ('start_by__lte', models.F('finish_by')), _connector='OR'), name='need_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('imported', True), models.Q(('quantity__isnull', False), models.Q(('quantity_unit', ''), _negated=True), models.Q(('boundary_out', ''), _negated=True), models.Q(('risk_tier', ''), _negated=True)), _connector='OR'), name='need_published_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='need_published_expires'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'suspended'), _negated=True), models.Q(('suspended_reason', ''), _negated=True), _connector='OR'), name='need_suspension_has_reason'),
        ),
        # Django has no foreign key over two columns. Deferred: a pool and its first core point to each other.
        migrations.RunSQL(
            "ALTER TABLE scenarios_consent ADD CONSTRAINT consent_core_exists "
            "FOREIGN KEY (demand_id, core_version) REFERENCES scenarios_coreversion (demand_id, version) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE scenarios_consent DROP CONSTRAINT consent_core_exists",
        ),
        migrations.RunSQL(
            "ALTER TABLE scenarios_mergeddemand ADD CONSTRAINT demand_core_exists "
            "FOREIGN KEY (id, core_version) REFERENCES scenarios_coreversion (demand_id, version) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE scenarios_mergeddemand DROP CONSTRAINT demand_core_exists",
        ),
    ]
