import NIOHTTP1

extension HTTPConversation {
    /// With a browser at the account pages.
    /// - Parameter client: the network address that it comes from.
    static func ofAccount(_ client: String, _ router: AccountRouter) -> HTTPConversation {
        // A web server of this machine sends requests of several people, and for other things too, on one connection: the next is the
        // gateway's to read.
        let isFromHere = client.hasPrefix("127.") || client == "::1" || client.hasPrefix("::ffff:127.")
        return HTTPConversation(bodyLimit: AccountServer.bodyLimit, patience: patience) { head, body in
            let response: PageResponse
            if let body {
                let headers = head.headers.map { (name: $0.name, value: $0.value) }
                response = await router.answer(
                    PageRequest(method: head.method.rawValue, target: head.uri, headers: headers, body: body, client: client))
            } else {
                response = AccountRouter.tooLong
            }
            return Answer(status: response.status, headers: response.headers, body: response.body, isLast: isFromHere)
        }
    }
}
