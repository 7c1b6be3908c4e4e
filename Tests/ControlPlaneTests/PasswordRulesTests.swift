import AdminAPI
import ControlPlane
import Testing

@Suite("Password rules") struct PasswordRulesTests {
    static let ann = PasswordOwner.user(try! EmailAddress("anna.smith@acme.example"))

    static let wrong: [(String, String)] = [
        ("nine char", "The password is too short: it must have at least 10 characters."),
        ("ääääääääA", "The password is too short: it must have at least 10 characters."),
        ("", "The password is too short: it must have at least 10 characters."),
        ("my-Anna.Smith-2", "The password contains the part of the address before the @."),
        ("Works at ACME now", "The password contains the domain's name."),
        ("with\tcontrol", "The password holds a control character."),
        (String(repeating: "long", count: 64), "The password is longer than 255 octets."),
    ]
    @Test("Each rule refuses with its sentence", arguments: wrong) func refusals(password: String, sentence: String) {
        let error = #expect(throws: AdminError.self) { try PasswordRules().check(password, of: Self.ann) }
        #expect(error?.message == sentence && error?.code == .invalid)
    }

    @Test("Ten characters will do, also when they are more octets") func right() throws {
        for password in ["ten chars!", "ääääääääää", "anna smith, otherwise"] { try PasswordRules().check(password, of: Self.ann) }
    }

    @Test("A short name is in many passwords by chance, and not looked for") func shortNames() throws {
        try PasswordRules().check("channel-of-joy", of: .user(EmailAddress("ann@joy.example")))
        try PasswordRules().check("kangaroo jo jo", of: .administrator(AdministratorName("jo")))
        #expect(throws: AdminError.self) { try PasswordRules().check("josephine-2-go", of: .administrator(AdministratorName("josephine"))) }
    }

    @Test("The minimum is the configuration's") func minimum() throws {
        var rules = PasswordRules()
        rules.minimumLength = 16
        for short in ["fifteen letters", "short"] {
            let error = #expect(throws: AdminError.self) { try rules.check(short, of: Self.ann) }
            #expect(error?.message.contains("at least 16 characters") == true)
        }
        try rules.check("sixteen letters!", of: Self.ann)
    }
}
