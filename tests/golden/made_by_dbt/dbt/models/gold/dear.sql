-- Where { { env_var('HOME') }} rents are high.
-- Promoted from notebooks/dear.ipynb, step gold:dear. Change the notebook and run `promote`.
-- source=06ed2f06fa9857d3 body=50c7753925c3ba8f
-- Classification: OFFICIAL
-- UNVERIFIED: no run has shown that this model gives what the notebook gives.

-- it's the dear ones
SELECT rents.town, rents.year, rents.rent, count(*) AS published
FROM {{ source('silver', 'rents') }} as rents JOIN {{ source('bronze', 'raw_rents') }} as raw USING (town, year)
WHERE rents.rent > 900
GROUP BY ALL ORDER BY rents.town, rents.year
