"""Every address of the site: each face owns its own."""

from django.urls import include, path

urlpatterns = [
    path("workbench/", include("sanhao.faces.workbench.urls")),
    path("control/", include("sanhao.faces.control.urls")),
    path("hooks/", include("sanhao.faces.hooks.urls")),
    path("", include("sanhao.faces.ui.urls")),
    path("", include("sanhao.faces.storefront.urls")),
]

handler400 = "sanhao.faces.ui.views.unreadable"
handler403 = "sanhao.faces.ui.views.forbidden"
handler404 = "sanhao.faces.ui.views.not_found"
handler500 = "sanhao.faces.ui.views.broken"
