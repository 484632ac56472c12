/** Owns the limit of preflights: the same answer to every request, made once. */

const HEADERS = new Headers({
	Vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
	"Access-Control-Allow-Origin": "https://app.example.com",
	"Access-Control-Allow-Credentials": "true",
	"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
	"Access-Control-Allow-Headers": "Content-Type, Authorization, X-Requested-With",
	"Access-Control-Max-Age": "7200",
});

export default {
	fetch(): Response {
		return new Response(null, { status: 204, headers: HEADERS });
	},
};
