import AdminAPI
import ControlPlane
import Testing

@Suite("Targets of a user who has another address") struct AddressMoveTests {
    static let moves: [(String, String, String?)] = [
        ("ann@a.example", "anna@b.example", "anna@b.example"), ("ANN@a.example", "anna@b.example", "anna@b.example"),
        ("ann+List@a.example", "anna@b.example", "anna+List@b.example"), ("Ann+a+b@a.example", "anna@b.example", "anna+a+b@b.example"),
        ("ann+own@a.example", "anna@b.example", nil), ("ann+OWN@a.example", "anna@b.example", nil),
        ("anne@a.example", "anna@b.example", nil), ("joann@a.example", "anna@b.example", nil),
        // What stands behind a `+` would be no detail there.
        ("ann+list@a.example", "an+na@b.example", "an+na@b.example"),
        ("ann+list@a.example", "\(String(repeating: "x", count: 64))@b.example", "\(String(repeating: "x", count: 64))@b.example"),
    ]
    @Test("Follow, with their detail where it can be", arguments: moves)
    func follow(target: String, new: String, expected: String?) throws {
        let move = try AddressMove(from: "ann", to: EmailAddress(new), except: ["ann+own"])
        #expect(try move.destination(of: TargetAddress(target)) == expected)
    }
}
