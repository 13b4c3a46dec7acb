-- The tier of each element that a score decides: how many of its edges are at most the score, rounded as it says. Null
-- while it can't be judged; too small a sample reaches no tier once the period has ended. A score stays a sum and a
-- count (of one, where a feed gives it whole), so that an average meets its edges exactly.
with elements as (

    select
        enrolled.rooftop_id,
        enrolled.program_code,
        enrolled.program_version,
        enrolled.period_code,
        enrolled.is_open,
        rules.element_code,
        rules.score_metric_code,
        rules.score_metric_source,
        rules.score_places,
        rules.score_rounding,
        coalesce(
            rules.score_minimum_sample, case when rules.score_metric_source = 'survey_average' then 1 else 0 end
        ) as wanted_sample
    from {{ ref('int_enrolled_periods') }} as enrolled
    inner join {{ source('compiled', 'elements') }} as rules
        on
            enrolled.program_code = rules.program_code
            and enrolled.program_version = rules.program_version
    where rules.edge_unit = 'score'

),

readings as (

    select
        elements.*,
        case when elements.score_metric_source = 'survey_average' then surveys.survey_count else scores.sample_count end
            as sample_count,
        case when elements.score_metric_source = 'survey_average' then surveys.score_sum else scores.score end
            as score_sum,
        case when elements.score_metric_source = 'survey_average' then greatest(surveys.survey_count, 1) else 1 end
            as score_count
    from elements
    left join {{ ref('int_gate_scores') }} as scores
        on
            elements.rooftop_id = scores.rooftop_id
            and elements.program_code = scores.program_code
            and elements.period_code = scores.period_code
            and elements.score_metric_code = scores.metric_code
    left join {{ ref('int_gate_surveys') }} as surveys
        on
            elements.rooftop_id = surveys.rooftop_id
            and elements.program_code = surveys.program_code
            and elements.period_code = surveys.period_code

),

judged_readings as (

    select
        *,
        case
            when score_sum is null or (wanted_sample > 0 and sample_count is null) then 'unknown'
            when sample_count < wanted_sample and is_open then 'too_early'
            when sample_count < wanted_sample then 'too_small'
            else 'judged'
        end as score_state
    from readings

),

reached_edges as (

    select
        readings.rooftop_id,
        readings.program_code,
        readings.period_code,
        readings.element_code,
        min(readings.score_state) as score_state,
        max(readings.score_sum) as score_measured,
        max(readings.score_count) as score_measured_of,
        max(readings.sample_count) as score_sample_count,
        sum(
            case
                when readings.score_rounding is null
                    then case when tiers.from_edge * readings.score_count <= readings.score_sum then 1 else 0 end
                when
                    tiers.from_edge * {{ power_of_ten("readings.score_places") }}
                    <= {{ divided_by_rule(
                        "cast(readings.score_sum * 1000 as " ~ type_wide_int() ~ ") * "
                        ~ power_of_ten("readings.score_places"),
                        "readings.score_count * 1000",
                        "readings.score_rounding"
                    ) }}
                    then 1
                else 0
            end
        ) as edge_count
    from judged_readings as readings
    inner join {{ source('compiled', 'element_tiers') }} as tiers
        on
            readings.program_code = tiers.program_code
            and readings.program_version = tiers.program_version
            and readings.element_code = tiers.element_code
    group by readings.rooftop_id, readings.program_code, readings.period_code, readings.element_code

)

select
    rooftop_id,
    program_code,
    period_code,
    element_code,
    score_measured,
    score_measured_of,
    score_sample_count,
    cast(case score_state when 'judged' then edge_count when 'too_small' then 0 end as integer) as tier_number
from reached_edges
