-- How many users each domain has is counted from this alone, for lists of all domains, tenants and days.
CREATE INDEX users_by_domain ON users (tenant_id, domain_id, deleted_at);
