import AdminAPI
import AdminShell
import PasswordHashes

/// Password hashes of other mail systems: a refusal shows nothing of a text but the name of its scheme.
enum AdminHashes {
    static func check(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        let hash: PasswordHash
        do throws(PasswordHashRefusal) { hash = try PasswordHash(text) } catch {
            return try promise(error.description.utf8.count <= 200, "a refusal of \(error.description.utf8.count) octets")
        }
        try promise(text.utf8.count <= PasswordHash.lengthLimit, "a hash of \(text.utf8.count) octets")
        try promise(hash.cost.work <= UInt64(Argon2Hash.workLimit), "a hash that costs \(hash.cost.work)")
    }
}

/// Files of users to import: what is taken is right, and every line is told of.
enum UserFiles {
    static func check(_ input: [UInt8]) throws {
        let file = UserFile(String(decoding: input, as: UTF8.self))
        try promise(!file.users.isEmpty || !file.mistakes.isEmpty, "neither users nor mistakes")
        try promise(Set(file.users.map(\.user.address)).count == file.users.count, "an address is there twice")
        let numbers = file.users.map(\.number)
        try promise(numbers == numbers.sorted(), "lines out of order")
        for line in file.users { try line.user.password?.validate(takesHash: true) }
        let batches = UserBatches(file.users) { _ in nil }.batches
        try promise(batches.joined().map(\.number) == numbers, "not all users are in requests")
        try promise(batches.allSatisfy { (1...UserImport.limit).contains($0.count) }, "a request of a wrong length")
    }
}
