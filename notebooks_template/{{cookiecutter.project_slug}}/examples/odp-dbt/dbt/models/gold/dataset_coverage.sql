with errors as (
    select distinct report_date, dataset, organisation
    from {{ source('silver', 'issues') }}
    where severity = 'error'
)

select
    report_date,
    dataset,
    count(*) as expected,
    count(*) filter (where has_endpoint) as provided,
    count(*) filter (where provisions.status = 200) as answering,
    count(errors.organisation) as with_errors,
    {{ share('count(*) filter (where has_endpoint)', 'count(*)') }} as share_provided
from {{ source('silver', 'status') }} as provisions
left join errors using (report_date, dataset, organisation)
group by report_date, dataset
order by report_date, dataset
