-- 0012_certificates.sql: from which files the certificates come that are shown for more names than the platform's own. Written and read
-- by the control plane alone; keys are in no table.
CREATE TABLE certificates (
    name text PRIMARY KEY,  -- the first host name of the certificate
    certificate_file text NOT NULL,
    key_file text NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now());
GRANT SELECT, INSERT, UPDATE, DELETE ON certificates TO casella_control;
