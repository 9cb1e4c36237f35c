scoutsuite_results =
{
  "account_id": "shop-project",
  "last_run": {"time": "2026-01-08 17:28:00+0100", "version": "5.10.2", "ruleset_name": "default", "run_parameters": {"services": [], "skipped_services": [], "regions": ["eu-west-1"], "excluded_regions": null}},
  "services": {
    "cloudstorage": {"findings": {
      "bucket-no-versioning": {"checked_items": 2, "flagged_items": 1, "id_suffix": "versioning", "level": "warning",
        "description": "Bucket without versions", "rationale": "Versions help.", "remediation": null,
        "items": ["cloudstorage.projects.shop.buckets.logs.versioning"], "references": ["https://guides.example/v"]},
      "bucket-public": {"checked_items": 2, "flagged_items": 0, "items": []},
      "bucket-count": {"checked_items": 2, "flagged_items": 3, "level": "danger", "items": []}
    }}
  }
};
