@testable import ControlPlane

extension Provisioning {
    /// As an administrator of a part calls what also changes things; nil: as one of the whole platform.
    func confined(to part: AdministeredPart?) -> Provisioning {
        confined(to: DatabaseFence(reach: part.map { .part($0) } ?? .platform))
    }
}
