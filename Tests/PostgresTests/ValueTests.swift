import Postgres
import Testing

@Suite struct ValueTests {
    @Test("Every type comes back as it was sent") func roundTrip() async throws {
        try await withPool { pool in
            let result = try await pool.query(
                """
                SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::text, $6::bytea, $7::timestamptz, $8::float8,
                       $9::int4[], $10::int8[], $11::text[], $12::bytea[], $13::bool[], $14::timestamptz[]
                """,
                [
                    .bool(true), .int2(-2), .int4(.min), .int8(.max), .text("Köln ✉"), .bytea([0, 255, 7]),
                    .timestamp(1_700_000_000_123_456), .double(-1.5),
                    .int4Array([1, -1]), .int8Array([.min, 0, .max]), .textArray(["", "a\"b{},\\"]), .byteaArray([[], [0]]),
                    .boolArray([true, false]), .timestampArray([0, -1]),
                ])
            let row = try #require(result.first)
            #expect(try row.bool(0) == true)
            #expect(try row.int2(1) == -2)
            #expect(try row.int4(2) == .min)
            #expect(try row.int8(3) == .max)
            #expect(try row.text(4) == "Köln ✉")
            #expect(try row.bytes(5) == [0, 255, 7])
            #expect(try row.timestamp(6) == 1_700_000_000_123_456)
            #expect(try row.double(7) == -1.5)
            #expect(try row.int4Array(8) == [1, -1])
            #expect(try row.int8Array(9) == [.min, 0, .max])
            #expect(try row.textArray(10) == ["", "a\"b{},\\"])
            #expect(try row.byteaArray(11) == [[], [0]])
            #expect(try row.boolArray(12) == [true, false])
            #expect(try row.timestampArray(13) == [0, -1])
        }
    }

    @Test("NULL is not the empty value, in columns and in arrays") func nulls() async throws {
        try await withPool { pool in
            let result = try await pool.query(
                "SELECT $1::text, $2::text, $3::bytea, $4::text[], $5::int8[], $6::text[]",
                [.null, "", .bytea([]), .optionalTextArray(["a", nil, ""]), .int8Array([]), nil])
            let row = try #require(result.first)
            #expect(try row.isNull(0))
            #expect(try row.optionalText(0) == nil)
            #expect(try row.text(1) == "")
            #expect(try row.bytes(2) == [])
            #expect(try row.textArrayWithNulls(3) == ["a", nil, ""])
            #expect(try row.int8Array(4) == [])
            #expect(try row.optionalTextArray(5) == nil)
            #expect(await postgresError { _ = try row.text(0) }?.kind == .usage)
            #expect(await postgresError { _ = try row.textArray(3) }?.kind == .usage)
        }
    }

    @Test("Reading another type or a column that is not there is the caller's error, never a trap") func wrongTypes() async throws {
        try await withPool { pool in
            let row = try #require(try await pool.query("SELECT 1::int8, 'x'::text, ARRAY[ARRAY[1,2],ARRAY[3,4]]").first)
            for read in [
                { _ = try row.text(0) }, { _ = try row.int8(1) }, { _ = try row.bytes(1) }, { _ = try row.int4Array(2) },
                { _ = try row.int8(3) }, { _ = try row.int8(-1) }, { _ = try row.timestamp(0) },
            ] as [() throws -> Void] {
                #expect(await postgresError { try read() }?.kind == .usage)
            }
        }
    }

    @Test("Time is counted from 1970; infinity stays the outermost value") func timestamps() async throws {
        try await withPool { pool in
            let result = try await pool.query(
                """
                SELECT '1970-01-01 00:00:01+00'::timestamptz, 'infinity'::timestamptz, '-infinity'::timestamptz,
                       $1 = '2026-01-01 00:00+00'::timestamptz
                """,
                [.timestamp(1_767_225_600_000_000)])
            let row = try #require(result.first)
            #expect(try row.timestamp(0) == 1_000_000)
            #expect(try row.timestamp(1) == .max)
            #expect(try row.timestamp(2) == .min)
            #expect(try row.bool(3))
        }
    }

    static let wholeNumbers = ["0", "1", "-1", "10000", "123456789012", "-100000000", "9223372036854775807"]
    @Test("Whole numerics, which sum() makes, are read as int8", arguments: wholeNumbers)
    func numeric(digits: String) async throws {
        try await withPool { pool in
            let row = try #require(try await pool.query("SELECT \(digits)::numeric, 1.5::numeric, 1e20::numeric").first)
            #expect(try String(row.int8(0)) == digits)
            #expect(await postgresError { _ = try row.int8(1) }?.kind == .usage)
            #expect(await postgresError { _ = try row.int8(2) }?.kind == .usage)
        }
    }

    @Test("One statement takes NULL and values in turn") func nullThenValue() async throws {
        try await withPool(maximumConnections: 1) { pool in
            try await pool.script("CREATE TABLE t (n int, s text)")
            let insert = "INSERT INTO t VALUES ($1, $2)"
            _ = try await pool.query(insert, [.null, .null])
            _ = try await pool.query(insert, [.int4(1), "a"])
            _ = try await pool.query(insert, [.null, "b"])
            _ = try await pool.query(insert, [2, .null])
            let rows = try await pool.query("SELECT n, s FROM t ORDER BY n NULLS FIRST, s NULLS FIRST").rows
            #expect(try rows.map { try $0.optionalInt4(0) } == [nil, nil, 1, 2])
            #expect(try rows.map { try $0.optionalText(1) } == [nil, "b", "a", nil])
        }
    }

    @Test("Fifty megabytes go in and come out, and the connection that swelled is not kept") func bigValue() async throws {
        try await withPool { pool in
            try await pool.script("CREATE TABLE big (id int8, data bytea)")
            let data = (0..<50 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let results = try await pool.pipeline([
                PostgresStatement("INSERT INTO big VALUES (1, $1)", [.bytea(data)]),
                PostgresStatement("SELECT data FROM big WHERE id = $1", [1]),
                PostgresStatement("INSERT INTO big SELECT 2, data FROM big"),
            ])
            #expect(try results[1].first?.bytes(0) == data)
            #expect(results[2].affected == 1)
            #expect(await pool.connectionCount() == 0)
        }
    }
}
