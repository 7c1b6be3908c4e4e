/// What a deletion prints as JSON.
struct Deleted: Encodable, Sendable { let deleted: String }
