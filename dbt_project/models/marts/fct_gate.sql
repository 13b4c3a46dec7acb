-- Every condition of every gate with what is known of it and its verdict: the evidence of a gate's state.
select
    rooftop_id,
    program_code,
    element_code,
    period_code,
    gate_code,
    conjunct_number,
    leaf_number,
    gate_name,
    metric_code,
    metric_source,
    score,
    cast(sample_count as integer) as sample_count,
    minimum_sample,
    comparison,
    cast(compared_value as decimal(9, 3)) as threshold_value,
    threshold_kind,
    score_date,
    {{ state_code("leaf_state_rank") }} as leaf_state,
    {{ state_code("gate_state_rank") }} as gate_state,
    effect,
    reduce_to_share,
    case
        when not is_known and metric_source = 'rdr_timeliness' then 'No car counted yet in this period.'
        when not is_known and metric_source = 'element_attainment'
            then 'No objective or base to measure ' || metric_code || ' against.'
        when not is_known then 'Nothing known of ' || metric_code || ' in this period.'
        when is_objective_waived then 'The objective of ' || metric_code || ' is waived in this period.'
        when metric_source = 'compliance_items'
            then
                completed_count || ' of ' || sample_count || ' ' || coalesce(item_code, item_type)
                || ' items complete.'
        when metric_source = 'rdr_timeliness'
            then
                cast(measured / 100 as integer) || ' of ' || measured_of || ' cars reported within ' || within_days
                || ' days of the sale, needs ' || comparison || ' ' || cast(compared_value as decimal(9, 3)) || ' %'
                || coalesce(' and ' || minimum_sample || ' cars', '')
        when metric_source = 'element_units'
            then
                cast(measured as integer) || ' units of ' || metric_code || ', needs ' || comparison || ' '
                || cast(compared_value as decimal(9, 3))
        when metric_source = 'element_attainment'
            then
                metric_code || ' at ' || score || ' %, needs ' || comparison || ' '
                || cast(compared_value as decimal(9, 3)) || ' %'
        when score is null then 'No survey yet in this period.'
        else
            metric_code || ' ' || score || ' as of ' || score_date
            || coalesce(', sample ' || sample_count, '')
            || coalesce(
                ', needs ' || comparison || ' ' || cast(compared_value as decimal(9, 3)), ', nothing to compare with'
            )
            || coalesce(' and a sample of ' || minimum_sample, '')
    end as evidence_text,
    source_file,
    source_row,
    item_code,
    measured,
    measured_of
from {{ ref('int_gate_states') }}
