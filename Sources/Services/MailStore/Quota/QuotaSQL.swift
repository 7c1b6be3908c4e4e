/// The storage that users `u` and the tenant `t` may use, by their own quota and by what is `planned` for the tenant.
enum QuotaSQL {
    static let user = "effective_quota(u.quota_bytes, limit_number(planned, 'userQuota'), limit_number(planned, 'largestUserQuota'))"
    static let tenant = "effective_quota(t.quota_bytes, limit_number(planned, 'storage'), NULL)"
}
