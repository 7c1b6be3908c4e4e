import CProcess
import Glibc
import Supervision

/// The platform's doors to the internet, and the relay's inner one. They stay open while processes behind them are restarted.
struct PublicListeners {
    struct Door {
        var service: InheritedListener.Service
        var port: Int
        var descriptor: Int32
    }
    private(set) var doors: [Door] = []
    let address: String

    /// Standard ports: IANA's registry of service names.
    private static let standard: [(InheritedListener.Service, Int)] = [
        (.smtp, 25), (.submissions, 465), (.submission, 587), (.imap, 143), (.imaps, 993), (.pop3, 110), (.pop3s, 995),
    ]
    /// No port is assigned to what is ours alone; this one is where people look for an admin interface.
    private static let admin: (InheritedListener.Service, Int) = (.admin, 8443)
    static var highestPort: Int { admin.1 }
    /// Where browsers, mail programs and other mail servers look.
    static let standardWebPort = 443
    private static let backlog: Int32 = 1_024

    /// - Parameter webPort: above the base; 0 for no such door.
    init(address: String, portBase: Int, withAdmin: Bool, webPort: Int) throws(StartupError) {
        self.address = address
        let web: [(InheritedListener.Service, Int)] = webPort > 0 ? [(.https, webPort)] : []
        for (service, standard) in Self.standard + (withAdmin ? [Self.admin] : []) + web {
            let port = portBase + standard
            let descriptor = casella_listen_tcp(address, UInt16(port), Self.backlog)
            guard descriptor >= 0 else {
                close()
                throw .portTaken(service: service.rawValue, address: address, port: port, code: -descriptor)
            }
            doors.append(Door(service: service, port: port, descriptor: descriptor))
        }
    }

    func close() { for door in doors { Glibc.close(door.descriptor) } }

    /// `127.0.0.1:10025`, `[::1]:10025`.
    func text(of door: Door) -> String { address.contains(":") ? "[\(address)]:\(door.port)" : "\(address):\(door.port)" }

    static func openRelayDoor(_ directory: DataDirectory) throws(StartupError) -> Int32 {
        let group = directory.users?.senders
        let door = casella_listen_unix(directory.relaySocket, group == nil ? 0o600 : 0o660, geteuid(), group ?? getegid(), backlog)
        guard door >= 0 else { throw .file(path: directory.relaySocket, doing: "listen at", code: -door) }
        return door
    }
}
