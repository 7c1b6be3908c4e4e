import Runtime
import Supervision
import Testing

@testable import Gateway

@Suite("Hosted domains") struct HostedDomainsTests {
    @Test("A domain is found in any case of ASCII, and in Unicode in its one spelling") @EventLoopActor func found() {
        let domains = HostedDomains()
        domains.replace(with: [
            HostedDomain(name: "k.example", tenant: 1, takesMail: true),
            HostedDomain(name: "xn--bcher-kva.example", unicodeName: Array("b\u{fc}cher.example".utf8), tenant: 2, takesMail: true),
        ])
        for name in ["k.example", "K.Example"] { #expect(domains[name]?.tenant == 1) }
        for name in ["xn--bcher-kva.example", "XN--BCHER-KVA.example", "b\u{fc}cher.example", "B\u{fc}CHER.Example"] {
            #expect(domains[name]?.tenant == 2)
        }
        for name in ["\u{212a}.example", "B\u{dc}CHER.example", "bu\u{308}cher.example", "b\u{fc}cher.xn--example", "bucher.example"] {
            #expect(domains[name] == nil, "\(name)")
        }
        for login in ["Ann@K.Example.", "ann@k.example"] { #expect(domains.account(of: login) == "ann@k.example") }
        for login in ["Ann@B\u{fc}cher.Example.", "ANN@xn--bcher-kva.EXAMPLE"] {
            #expect(domains.account(of: login) == "ann@xn--bcher-kva.example")
        }
        #expect(domains.account(of: "Ann@Elsewhere.example.") == "ann@elsewhere.example")
        #expect(domains.account(of: "nobody") == "nobody")
        domains.replace(with: [])
        #expect(domains["b\u{fc}cher.example"] == nil)
    }
}
