import AdminAPI
import AdminShell
import Synchronization
import Testing

/// A control plane that answers with 429 so many times first.
private final class Busy: Transport {
    private let refusals: Int
    private let made = Mutex(0)

    init(_ refusals: Int) { self.refusals = refusals }

    var requests: Int { made.withLock { $0 } }

    func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        let number = made.withLock { made in
            made += 1
            return made
        }
        guard number <= refusals else { return HTTPResponse(status: 200, body: Array(Prepared.tenant.utf8)) }
        let body = #"{"error":{"code":"tooMany","message":"Too many calls."}}"#
        return HTTPResponse(status: 429, body: Array(body.utf8), retryAfter: 0)
    }
}

@Suite("Calls that are too many") struct TooManyCallsTests {
    @Test("They are made again, and it is said once why it takes longer") func again() throws {
        let busy = Busy(2), console = FakeConsole()
        let tenant = try AdminClient(transport: busy, progress: Progress(console: console)).call(Calls.showTenant, "acme")
        #expect(tenant.name.text == "acme" && busy.requests == 3)
        #expect(console.errors == "casella: Too many calls in a short time; waiting until the platform takes more.\n")
    }

    @Test("Patience ends, and the refusal is told with its exit status") func patience() throws {
        let busy = Busy(.max), client = AdminClient(
            transport: busy, progress: Progress(console: FakeConsole()), patience: .milliseconds(250))
        let error = #expect(throws: AdminError.self) { try client.call(Calls.showTenant, "acme") }
        #expect(error?.code == .tooMany && error?.code.exitStatus == 75 && (2...3).contains(busy.requests))
    }

    @Test("Where nobody waits, nothing is waited for") func once() throws {
        let busy = Busy(1)
        let error = #expect(throws: AdminError.self) { try AdminClient(transport: busy).call(Calls.showTenant, "acme") }
        #expect(error?.code == .tooMany && busy.requests == 1)
    }
}
