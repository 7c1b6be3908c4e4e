import ControlPlane

Platform.main()
