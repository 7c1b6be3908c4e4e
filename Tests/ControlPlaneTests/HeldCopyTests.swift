import AdminAPI
import Quantities
import Testing

@testable import ControlPlane

/// What the record tells of copies of what is held: who is asked for in the router, the rest here.
@Suite("The record of copies of what is held") struct HeldCopyTests {
    private let ann = AdminSubject.address(try! EmailAddress("ann@acme.example"))
    private let desk = try! EmailAddress("desk@acme.example")

    @Test("Whose mail it is comes first, and where it goes must be the caller's too") func subjects() throws {
        let path = try #require(Calls.copyHeld.path.match("/holds/ann%40acme.example/copy"))
        let query = try #require(PathParameters(query: ""))
        let new = NewHeldCopies(to: desk, since: try Day("2026-05-01"), before: nil, all: true)
        #expect(AdminSubject.all(Calls.copyHeld, path: path, query: query, body: new) == [ann, .address(desk)])
        #expect(new.options == "--to desk@acme.example --since 2026-05-01 --all")
        #expect(NewHeldCopies(to: desk, before: try Day("2026-05-01")).options == "--to desk@acme.example --before 2026-05-01")
    }

    @Test("How many messages and octets, and into which folders") func changes() throws {
        let folder = "ann@acme.example 2026-05-04T03:02:01Z"
        let copies = HeldCopies(
            target: try EmailAddress("ann@acme.example"), mailbox: desk,
            folders: [.init(name: folder, copied: Usage(bytes: ByteCount(906), messages: 3))])
        #expect(copies.auditedText == #"{"bytes":[null,906],"folders":[null,["\#(folder)"]],"messages":[null,3]}"#)
    }
}
