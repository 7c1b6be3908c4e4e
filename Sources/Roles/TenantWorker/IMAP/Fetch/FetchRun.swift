import IMAP
import MIME
import MailStore
import Runtime

/// Answers a FETCH message by message, with reads ahead of the writing, and never more on its way to the client than the socket takes.
@EventLoopActor
struct FetchRun {
    let session: IMAPConnection
    let selection: Selection
    let plan: FetchPlan
    /// Messages that have gone, or cannot be read back.
    private(set) var isIncomplete = false
    private(set) var damage: StoreError?
    private var reads = ReadAhead()
    private var unflushed = 0
    /// Of the large message that is being sent.
    private var place: LargeReads.Place?

    /// Messages whose structures are read, and that are marked as seen, together.
    private static let batch = 100
    /// Octets written behind each other before waiting for the client.
    private static let stride = 64 * 1024

    init(session: IMAPConnection, selection: Selection, items: [FetchItem]) {
        self.session = session
        self.selection = selection
        plan = FetchPlan(items, readOnly: selection.isReadOnly)
    }

    mutating func run(over messages: [NumberedMessage]) async throws {
        defer { reads.cancel() }
        var start = 0
        while start < messages.count, !session.isEnding {
            let end = min(messages.count, start + (plan.marksSeen ? FetchRun.batch / 4 : FetchRun.batch))
            try await run(overBatch: messages[start..<end])
            start = end
        }
    }

    private mutating func run(overBatch batch: ArraySlice<NumberedMessage>) async throws {
        let uids = batch.map(\.uid)
        let structures = plan.needsStructure ? try await selection.structures(of: uids.filter(lacksStructure)) : [:]
        guard plan.need > .nothing else { return try await answer(batch, structures) }
        var seen: Set<UID> = []
        if plan.marksSeen {
            let unseen = uids.filter { selection.info($0).map { !$0.flags.contains(.seen) } ?? false }
            if !unseen.isEmpty { seen = Set(try await selection.store(unseen, .add, flags: .seen, keywords: [], silent: true).stored) }
        }
        for (offset, message) in batch.enumerated() where !session.isEnding {
            reads.start(uids[offset...], of: selection)
            guard let info = selection.info(message.uid) else {
                isIncomplete = true
                continue
            }
            do {
                try await answer(message, info, structure: structures[message.uid], wasMarkedSeen: seen.contains(message.uid))
            } catch StoreError.damaged(let place) {
                damage = .damaged(place: place)
            }
            await session.slice.pauseIfOver()
        }
    }

    // MARK: Without content

    /// Nothing is waited for between these messages, so their responses are made and sent together, a stride at a time.
    private mutating func answer(_ batch: ArraySlice<NumberedMessage>, _ structures: [UID: [UInt8]]) async throws {
        var responses = FetchResponse()
        for message in batch {
            do {
                guard let info = selection.info(message.uid),
                    let texts = try await structureTexts(of: message.uid, structures[message.uid])
                else {
                    isIncomplete = true
                    continue
                }
                session.announceKeywords(info.keywords)
                responses.begin(number: message.number)
                var next = 0
                for item in plan.items { write(item, info, texts, &next, to: &responses) }
                responses.end()
                // Structures may be large.
                if responses.output.bytes.count >= FetchRun.stride {
                    try await send(responses.output.take()[...])
                    await session.slice.pauseIfOver()
                }
            } catch StoreError.damaged(let place) {
                damage = .damaged(place: place)
            }
        }
        try await send(responses.output.bytes[...])
        await session.slice.pauseIfOver()
    }

    /// An item that needs no content. `texts`: of the structures that the plan names, from the `next` one on.
    private func write(_ item: FetchItem, _ info: MessageInfo, _ texts: [[UInt8]], _ next: inout Int, to response: inout FetchResponse) {
        switch item {
        case .uid: response.uid(info.uid)
        case .flags: writeFlags(info, to: &response)
        case .internalDate: response.internalDate(InternalDate(secondsSince1970: info.internalDate))
        case .size: response.size(info.size)
        case .envelope, .body, .bodyStructure:
            response.item(item.structureName)
            response.output.raw(texts[next])
            next += 1
        case .rfc822, .rfc822Header, .rfc822Text, .section: break
        }
    }

    // MARK: With content

    private mutating func answer(_ message: NumberedMessage, _ info: MessageInfo, structure: [UInt8]?, wasMarkedSeen: Bool) async throws {
        var content: ParsedMessage?, whole: [UInt8]?
        defer { leavePlace() }
        if info.size > LargeReads.large, session.piecewise.message(message.uid) == nil {
            place = try await session.memory.outgoing.enter(octets: info.size, for: session.connection)
        }
        if plan.isWhole, session.piecewise.message(message.uid) == nil {
            whole = try await reads.take(message.uid, of: selection)
        } else {
            content = try await read(message.uid)
        }
        guard content != nil || whole != nil, let texts = try await structureTexts(of: message.uid, structure) else {
            return isIncomplete = true
        }
        session.announceKeywords(info.keywords)
        var response = FetchResponse(number: message.number)
        var next = 0
        for item in plan.items {
            write(item, info, texts, &next, to: &response)
            if let whole { try await write(item, whole: whole, to: &response) }
            if let content { try await write(item, content, to: &response) }
        }
        if wasMarkedSeen, !plan.items.contains(.flags) { writeFlags(info, to: &response) }
        response.end()
        try await send(response.output.bytes[...])
    }

    /// Waits for the client each time that a stride has been written.
    private mutating func send(_ bytes: ArraySlice<UInt8>) async throws {
        session.connection.write(bytes)
        unflushed += bytes.count
        guard unflushed >= FetchRun.stride else { return }
        unflushed = 0
        try await session.connection.flush()
        place?.progress()
    }

    private mutating func leavePlace() {
        if let place { session.memory.outgoing.leave(place) }
        place = nil
    }

    private mutating func read(_ uid: UID) async throws -> ParsedMessage? {
        if let kept = session.piecewise.message(uid) { return kept }
        guard let bytes = try await reads.take(uid, of: selection) else { return nil }
        if plan.need == .header { return await ParsedMessage.reading(bytes, onlyHeader: true) }
        let message = await ParsedMessage.reading(bytes)
        if plan.fetchesPieces, session.piecewise.keep(message, uid: uid) { session.memory.kept.keeps(session, octets: bytes.count) }
        return message
    }

    private func writeFlags(_ info: MessageInfo, to response: inout FetchResponse) {
        response.flags(SystemFlags(info.flags), keywords: info.keywords, isRecent: selection.isRecent(info.uid))
    }

    private mutating func write(_ item: FetchItem, whole: [UInt8], to response: inout FetchResponse) async throws {
        switch item {
        case .section(let section, _, _): response.sectionHeader(section, origin: nil, count: whole.count)
        case .rfc822:
            response.item("RFC822 ")
            response.output.literalHeader(whole.count)
        default: return
        }
        try await write([whole.indices], of: whole, to: &response)
    }

    private mutating func write(_ item: FetchItem, _ message: ParsedMessage, to response: inout FetchResponse) async throws {
        switch item {
        case .rfc822: try await write("RFC822 ", BodySection(), message, to: &response)
        case .rfc822Header: try await write("RFC822.HEADER ", BodySection(content: .header), message, to: &response)
        case .rfc822Text: try await write("RFC822.TEXT ", BodySection(content: .text), message, to: &response)
        case .section(let section, let range, _):
            guard var ranges = message.section(section.location) else {
                return response.section(section, origin: range?.origin, [UInt8]?.none)
            }
            if let range {
                if Int(range.origin) + Int(range.count) >= ranges.octets { session.piecewise.forget() }  // that was the last piece
                ranges = ranges.partial(offset: Int(range.origin), octets: Int(range.count))
            }
            response.sectionHeader(section, origin: range?.origin, count: ranges.octets)
            try await write(ranges.ranges, of: message.bytes, to: &response)
        case .uid, .flags, .internalDate, .size, .envelope, .body, .bodyStructure: break
        }
    }

    private mutating func write(_ name: String, _ section: BodySection, _ message: ParsedMessage, to response: inout FetchResponse)
        async throws
    {
        let ranges = message.section(section.location) ?? SectionRanges([])
        response.item(name)
        response.output.literalHeader(ranges.octets)
        try await write(ranges.ranges, of: message.bytes, to: &response)
    }

    /// Small sections join the response; large ones go out in strides as the client takes them.
    private mutating func write(_ ranges: [Range<Int>], of bytes: [UInt8], to response: inout FetchResponse) async throws {
        for range in ranges {
            guard range.count > FetchRun.stride / 4 else {
                response.output.raw(bytes[range])
                // Thousands of fields, each of them small.
                if response.output.bytes.count >= FetchRun.stride { try await send(response.output.take()[...]) }
                continue
            }
            try await send(response.output.take()[...])
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(range.upperBound, start + FetchRun.stride)
                try await send(bytes[start..<end])
                start = end
            }
        }
    }
}
