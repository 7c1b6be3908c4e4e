import AdminAPI

extension Authenticator {
    /// The account has another password, or is gone.
    func forget(_ address: EmailAddress) {
        forget(account: address.text)
        forget(account: OwnAccounts.codes(of: address.text))
    }

    func forget(account: String) {
        throttle.forget(account: account)
        networks.forget(account)
    }

    func forget(_ domain: DomainName) {
        throttle.forget(domain: domain.text)
        networks.somethingChanged()
    }

    func rename(account: String, to new: String) {
        throttle.rename(account, to: new)
        throttle.rename(OwnAccounts.codes(of: account), to: OwnAccounts.codes(of: new))
        networks.somethingChanged()
    }
}
