import Postgres
import Testing

@Suite struct NotificationTests {
    @Test("A listener hears its channels in order, and again after its connection was lost", .timeLimit(.minutes(1)))
    func listening() async throws {
        try await withPool { pool in
            var heard = pool.listen(["news", "Odd \"name\""]).makeAsyncIterator()
            #expect(await heard.next()?.mayHaveMissed == true)
            #expect(await heard.next()?.mayHaveMissed == true)
            try await pool.script("NOTIFY news, 'a'; NOTIFY other, 'b'; NOTIFY \"Odd \"\"name\"\"\", 'c'")
            let first = await heard.next()
            #expect(first?.channel == "news" && first?.payload == "a" && first?.mayHaveMissed == false)
            let second = await heard.next()
            #expect(second?.channel == "Odd \"name\"" && second?.payload == "c")

            _ = try await pool.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
            #expect(await heard.next()?.mayHaveMissed == true)
            #expect(await heard.next()?.mayHaveMissed == true)
            _ = try await pool.query("SELECT pg_notify($1, $2)", ["news", "again"])
            #expect(await heard.next()?.payload == "again")
        }
    }

    @Test("The listener's connection goes with its consumer, and the stream ends with the pool", .timeLimit(.minutes(1)))
    func ending() async throws {
        try await withPool { pool async throws in
            let listening = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            let consumer = Task {
                for await _ in pool.listen(["news"]) {}
            }
            #expect(try await eventually { try await pool.query(listening).affected == 1 })
            consumer.cancel()
            #expect(try await eventually { try await pool.query(listening).isEmpty })
            let second = Task {
                for await _ in pool.listen(["news"]) {}
            }
            #expect(try await eventually { try await pool.query(listening).affected == 1 })
            await pool.close()
            await second.value
        }
    }
}
