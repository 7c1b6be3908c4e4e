/// The storage that users `u` and the tenant `t` may use, by their own quota and by the limits that are `effective` in the tenant.
enum QuotaSQL {
    static let user = "effective_quota(u.quota_bytes, limit_number(effective, 'userQuota'), limit_number(effective, 'largestUserQuota'))"
    static let tenant = "effective_quota(t.quota_bytes, limit_number(effective, 'storage'), NULL)"
}
